import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import type { TestVerdict } from '../../core/types.ts';
import { withPrivateDirectory } from '../private-directory.ts';
import type { ProgramOptions, ProgramResult } from '../processes.ts';
import { runProgram } from '../processes.ts';
import type { TreeRoot } from './include-tree.ts';
import { readIncludeTree } from './include-tree.ts';
import { writeShadowTree } from './shadow-tree.ts';
import type { PlaceNames } from './verdict.ts';
import { describeFailure } from './verdict.ts';

/** A php-fpm and its real configuration. */
export interface TestedFpm extends TreeRoot {
  readonly binary: string;
  /** Further arguments of the real service, e.g. `-c /etc/php.ini`, `-p /opt/php`. */
  readonly args: readonly string[];
}

const DEADLINE_MS = 20_000; // measured: 18 to 60 ms, 0.7 s with 50,000 lines
const REFUSED = 78; // EX_CONFIG, with which php-fpm ends for every refused configuration
const NOT_MOUNTED = 125;
const MOUNT_AND_RUN = `mount --bind "$1" "$2" || exit ${NOT_MOUNTED}; shift 2; exec "$@"`;

/**
 * `php-fpm -t` of the configuration on disk; never `-tt`, which writes all values into the log. php-fpm opens the log
 * files that the configuration names, as the running one does; it touches no pid file and no socket.
 * Throws ENVIRONMENT_BROKEN when php-fpm cannot be run or does not end within 20 s.
 */
export async function testConfiguration(fpm: TestedFpm): Promise<TestVerdict> {
  return withPrivateDirectory(async (directory) =>
    toVerdict(await runProgram(fpm.binary, testArguments(fpm, fpm.config), limits(directory)), same),
  );
}

/**
 * `php-fpm -t` with these bytes in place of our file (null: as if it were not there); nothing live is touched. In a
 * private mount namespace where that is permitted and our file exists, so that php-fpm reads its real paths; else of a
 * copy of the configuration. Throws ENVIRONMENT_BROKEN as above, also when no private directory can be made.
 */
export async function testWithBytes(fpm: TestedFpm, bytes: Uint8Array | null): Promise<TestVerdict> {
  return withPrivateDirectory(
    async (directory) =>
      (await testMounted(fpm, bytes, directory)) ?? (await testShadow(fpm, bytes, directory)),
  );
}

/** In a mount namespace of its own; null where that is not permitted, or there is nothing to mount over. */
export async function testMounted(
  fpm: TestedFpm,
  bytes: Uint8Array | null,
  directory: string,
): Promise<TestVerdict | null> {
  if (!(statSync(fpm.livePath, { throwIfNoEntry: false })?.isFile() ?? false)) return null;
  const candidate = join(directory, 'candidate');
  writeFileSync(candidate, bytes ?? '', { mode: 0o600 }); // no file and an empty one are both only a warning
  const run = ['sh', '-c', MOUNT_AND_RUN, 'sh', candidate, fpm.livePath, fpm.binary];
  const result = await runProgram(
    'unshare',
    ['--mount', '--propagation', 'private', ...run, ...testArguments(fpm, fpm.config)],
    limits(directory),
  );
  return result.exitCode === 0 || result.exitCode === REFUSED ? toVerdict(result, same) : null;
}

/** Whether `testMounted` is permitted here; tries it on a directory, in a namespace that ends at once. */
export async function canMountPrivately(directory: string): Promise<boolean> {
  const args = ['--mount', '--propagation', 'private', 'mount', '--bind', directory, directory];
  const tried = await runProgram('unshare', args, { deadlineMs: DEADLINE_MS }).catch(() => null); // not installed
  return tried?.exitCode === 0;
}

/** Of a copy, in which every include is resolved as php-fpm resolves it. */
export async function testShadow(
  fpm: TestedFpm,
  bytes: Uint8Array | null,
  directory: string,
): Promise<TestVerdict> {
  const shadow = writeShadowTree(readIncludeTree(fpm), directory, bytes);
  const args = testArguments(fpm, shadow.config);
  return toVerdict(await runProgram(fpm.binary, args, limits(directory)), shadow.nameOf);
}

/** Its output goes to a file: configurations may name /proc/self/fd/2 as their log, as the official images do. */
function limits(directory: string): ProgramOptions {
  return { deadlineMs: DEADLINE_MS, output: { file: join(directory, 'output.log') } };
}

function testArguments(fpm: TestedFpm, config: string): readonly string[] {
  return ['-t', '-y', config, ...fpm.args];
}

const same: PlaceNames = (path) => path;

function toVerdict(result: ProgramResult, nameOf: PlaceNames): TestVerdict {
  if (result.exitCode === 0) return { ok: true };
  if (result.ended !== 'exit') {
    throw new ReconcileError('ENVIRONMENT_BROKEN', `php-fpm -t did not end by itself (${result.ended})`);
  }
  return { ok: false, message: describeFailure(result.stdout, nameOf) };
}
