import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildDeb } from '../../packaging/debian/build-deb.ts';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { readRelease } from '../../packaging/release.ts';
import { listHostFiles } from '../../packaging/staging/host-files.ts';

/** Two packages of this checkout, one newer than the other. */
export interface DebianPackages {
  readonly older: string;
  readonly newer: string;
  /** Call it when the tests are over. */
  remove(): void;
}

/** Builds them as `npm run package` does, but for the compression, which takes a minute. */
export async function buildDebianPackages(): Promise<DebianPackages> {
  const output = mkdtempSync(join(tmpdir(), 'test-packages-'));
  const files = listHostFiles(await buildExecutable('x64'));
  const build = (revision: string) =>
    buildDeb(readRelease(revision, 'x64'), files, { output, compression: 'none' });
  return {
    older: build('1'),
    newer: build('2'),
    remove: () => rmSync(output, { recursive: true, force: true }),
  };
}
