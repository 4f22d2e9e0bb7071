import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCommandTree } from '../command-tree.ts';
import { renderBashCompletion } from '../completions/bash.ts';
import { renderFishCompletion } from '../completions/fish.ts';
import { renderZshCompletion } from '../completions/zsh.ts';
import { renderConfigurationPage } from '../man/configuration-page.ts';
import { renderProgramPage } from '../man/program-page.ts';
import type { Release } from '../release.ts';
import { ROOT } from '../release.ts';
import { collectLicences } from './licences.ts';
import type { StagedFile } from './staged-file.ts';
import { plainFile, zippedFile } from './staged-file.ts';

/** Where npm puts the program, as the units of a checkout have it, and where a package does. */
const [NPM_PROGRAM, PROGRAM] = ['/usr/local/bin/reconcile', '/usr/bin/reconcile'];
const UNITS = ['reconcile.service', 'reconcile-once.service', 'reconcile-once.timer'];
const DOC = '/usr/share/doc/php-env-reconciler';

/** The two families of packages; each has its own folder for zsh. */
export type Family = 'deb' | 'rpm';

const ZSH: Readonly<Record<Family, string>> = { deb: 'vendor-completions', rpm: 'site-functions' };

/** Every file of a package for hosts. `executable`: the path of the built one. */
export async function listHostFiles(
  executable: string,
  release: Release,
  family: Family,
): Promise<readonly StagedFile[]> {
  return [
    { ...plainFile(PROGRAM, { copyOf: executable }), mode: 0o755 },
    ...UNITS.map((unit) => plainFile(`/usr/lib/systemd/system/${unit}`, readUnit(unit))),
    { ...plainFile('/etc/default/reconcile', readPart('files/default')), isConfiguration: true },
    zippedFile('/usr/share/man/man1/reconcile.1', await renderProgramPage(release)),
    zippedFile('/usr/share/man/man5/reconcile-config.yaml.5', renderConfigurationPage(release)),
    ...(await listCompletions(family)),
    ...listDocuments(),
  ];
}

async function listCompletions(family: Family): Promise<readonly StagedFile[]> {
  const tree = await readCommandTree();
  return [
    plainFile('/usr/share/bash-completion/completions/reconcile', renderBashCompletion(tree)),
    plainFile(`/usr/share/zsh/${ZSH[family]}/_reconcile`, renderZshCompletion(tree)),
    plainFile('/usr/share/fish/vendor_completions.d/reconcile.fish', renderFishCompletion(tree)),
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
