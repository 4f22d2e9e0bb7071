import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../release.ts';
import { collectLicences } from './licences.ts';
import type { StagedFile } from './staged-file.ts';
import { plainFile, zippedFile } from './staged-file.ts';

/** Where npm puts the program, as the units of a checkout have it, and where a package does. */
const [NPM_PROGRAM, PROGRAM] = ['/usr/local/bin/reconcile', '/usr/bin/reconcile'];
const UNITS = ['reconcile.service', 'reconcile-once.service', 'reconcile-once.timer'];
const DOC = '/usr/share/doc/php-env-reconciler';

/** Every file of a package for hosts, whatever the kind of package is. `executable`: the path of the built one. */
export function listHostFiles(executable: string): readonly StagedFile[] {
  return [
    { path: PROGRAM, mode: 0o755, content: { copyOf: executable }, isConfiguration: false },
    ...UNITS.map((unit) => plainFile(`/usr/lib/systemd/system/${unit}`, readUnit(unit))),
    {
      ...plainFile('/etc/default/reconcile', readPart('files/default')),
      isConfiguration: true,
    },
    ...listDocuments(),
  ];
}

function listDocuments(): readonly StagedFile[] {
  const dropIn = 'reconcile.service.d/notify-descriptor.conf';
  return [
    plainFile(`${DOC}/copyright`, collectLicences()),
    zippedFile(`${DOC}/changelog`, readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8')),
    plainFile(`${DOC}/examples/config.yaml`, readPart('files/config.yaml')),
    plainFile(`${DOC}/examples/cron.d`, readPart('files/cron.d')),
    plainFile(`${DOC}/examples/${dropIn}`, readPart(`systemd/${dropIn}`)),
  ];
}

/** A unit of the checkout, with the program where a package puts it. */
function readUnit(name: string): string {
  return readPart(`systemd/${name}`).replaceAll(NPM_PROGRAM, PROGRAM);
}

function readPart(path: string): string {
  return readFileSync(join(ROOT, 'packaging', path), 'utf8');
}
