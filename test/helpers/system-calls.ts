import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { temporaryDirectory } from './temporary-directory.ts';

/** The calls that change a disk; `?` lets strace pass over those that this architecture does not have. */
const MUTATING =
  'pwrite64 fchmod fchown fsync ?rename ?renameat renameat2 ?unlink unlinkat ?link linkat ?mkdir mkdirat openat';

/** The N-th call of one name on the main thread, as strace counts for an injection. */
export interface CallPoint {
  readonly call: string;
  readonly when: number;
}

export interface TracedRun {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly output: string;
}

export const hasStrace = spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

/** A program of test/fixtures/programs as one file of plain JavaScript, so that its run holds few calls of a loader. */
export function buildProgram(name: string): string {
  const outfile = join(temporaryDirectory(), `${name}.mjs`);
  const entry = join(import.meta.dirname, '../fixtures/programs', `${name}.ts`);
  // CommonJS packages require what an ES module has to import.
  const banner =
    "import{createRequire as makeRequire}from'node:module';const require=makeRequire(import.meta.url);";
  buildSync({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    banner: { js: banner },
  });
  return outfile;
}

/** Every call of a run that changes the disk, in order; an openat(2) counts where it may create a file. */
export function listMutatingCalls(program: readonly string[]): readonly CallPoint[] {
  const log = join(temporaryDirectory(), 'calls');
  run(['-o', log, '-e', `trace=${MUTATING.replaceAll(' ', ',')}`], program);
  const counts = new Map<string, number>();
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const call = /^(\w+)\(/.exec(line)?.[1];
      if (call === undefined) return [];
      const when = (counts.get(call) ?? 0) + 1;
      counts.set(call, when);
      return call === 'openat' && !line.includes('O_CREAT') ? [] : [{ call, when }];
    });
}

/** Runs with an errno in the place of calls, which are not carried out. `when` may be `2+`. */
export function runWithFault(
  program: readonly string[],
  { call, when }: { readonly call: string; readonly when: number | string },
  fault: `error=${string}`,
): TracedRun {
  return run(
    ['-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:${fault}:when=${when}`],
    program,
  );
}

/** io_uring would hide calls from strace. */
function run(options: readonly string[], program: readonly string[]): TracedRun {
  const env = { ...process.env, UV_USE_IO_URING: '0', NODE_OPTIONS: '' };
  const result = spawnSync('strace', [...options, process.execPath, ...program], { encoding: 'utf8', env });
  return { status: result.signal === null ? result.status : null, output: result.stdout };
}
