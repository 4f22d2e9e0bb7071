import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDeb } from '../../packaging/debian/build-deb.ts';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { readRelease } from '../../packaging/release.ts';
import { buildRpm } from '../../packaging/rpm/build-rpm.ts';
import type { Family } from '../../packaging/staging/host-files.ts';
import { listHostFiles } from '../../packaging/staging/host-files.ts';

const BUILDERS = { deb: buildDeb, rpm: buildRpm } as const;

/** Two packages of this checkout, one newer than the other. */
export interface HostPackages {
  readonly older: string;
  readonly newer: string;
  /** Call it when the tests are over. */
  remove(): void;
}

/** Builds them as `npm run package` does, but for the compression, which takes a minute. */
export async function buildHostPackages(family: Family): Promise<HostPackages> {
  const output = mkdtempSync(join(tmpdir(), 'test-packages-'));
  const remove = () => rmSync(output, { recursive: true, force: true });
  try {
    const executable = await buildExecutable('x64');
    const build = async (revision: string) => {
      const release = readRelease(revision, 'x64');
      const files = await listHostFiles(executable, release, family);
      return BUILDERS[family](release, files, { output, compression: 'none' });
    };
    return { older: await build('1'), newer: await build('2'), remove };
  } catch (error) {
    remove();
    throw error;
  }
}
