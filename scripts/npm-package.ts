import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { settleDirectory } from './settle-directory.ts';

/** One version of a package that is not among the dependencies: too large for all who do not need it. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  /** Of the package, as in a lock file: SHA-512 in base64. */
  readonly integrity: string;
}

/** Makes out of the unpacked package what is kept: the path of a directory within it. */
type Preparation = (unpacked: string) => string;

/**
 * Gives `place` with the content of the package, or with the part of it that `prepare` names. Fetched through npm when the
 * place is not there. No script of the package is run. Throws where the package is not the one that is named.
 */
export function installNpmPackage(wanted: NpmPackage, place: string, prepare: Preparation = whole): string {
  if (!existsSync(place)) fetchPackage(wanted, place, prepare);
  return place;
}

function whole(unpacked: string): string {
  return unpacked;
}

function fetchPackage({ name, version, integrity }: NpmPackage, place: string, prepare: Preparation): void {
  mkdirSync(dirname(place), { recursive: true });
  const work = mkdtempSync(join(dirname(place), 'new-'));
  try {
    const called = `${name}@${version}`;
    const args = ['pack', '--silent', '--pack-destination', work, called];
    const archive = join(work, execFileSync('npm', args, { encoding: 'utf8' }).trim());
    const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (found !== integrity)
      throw new Error(`${called} has the integrity ${found}, not ${integrity}: it is not used`);
    execFileSync('tar', ['-xzf', archive, '-C', work]);
    settleDirectory(prepare(join(work, 'package')), place);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
