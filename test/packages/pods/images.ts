import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDeb } from '../../../packaging/debian/build-deb.ts';
import { buildExecutable } from '../../../packaging/executable/build-executable.ts';
import { ROOT, readRelease } from '../../../packaging/release.ts';
import { listHostFiles } from '../../../packaging/staging/host-files.ts';
import type { Containers } from '../../helpers/containers.ts';

const RECIPE = join(ROOT, 'packaging', 'container', 'Containerfile');

/** What the recipe installs, as it says it itself. */
function readPackages(): readonly string[] {
  const names = /^ARG PACKAGES="(.*)"$/m.exec(readFileSync(RECIPE, 'utf8'))?.[1];
  if (names === undefined) throw new Error('the recipe says no packages');
  return names.split(' ');
}

/** The image of the reconciler, made by the recipe from the Debian package of this checkout. The base has what it installs. */
export async function buildReconciler(containers: Containers): Promise<string> {
  const name = 'localhost/php-env-reconciler:of-the-test';
  const base = await containers.buildImage({ suite: 'bookworm', packages: readPackages() });
  const context = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    const output = join(context, 'artifacts');
    mkdirSync(output);
    const release = readRelease('1', 'x64');
    const files = await listHostFiles(await buildExecutable('x64'), release, 'deb');
    buildDeb(release, files, { output, compression: 'none' });
    const how = ['--isolation=chroot', '--file', RECIPE, '--tag', name, '--build-arg', `BASE=${base}`];
    await containers.podman('build', ...how, context);
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
  return name;
}

/** Debian's php-fpm, for a node and for an application. */
export async function buildPhp(containers: Containers): Promise<string> {
  return await containers.buildImage({ suite: 'bookworm', packages: ['php-fpm', 'libfcgi-bin', 'procps'] });
}

/** Debian's git and sshd: where people push to. */
export async function buildForge(containers: Containers): Promise<string> {
  return await containers.buildImage({ suite: 'bookworm', packages: ['git', 'openssh-server'] });
}
