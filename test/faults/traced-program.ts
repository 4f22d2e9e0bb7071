import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Ended } from '../end-to-end/real-host.ts';

/** Whatever changes a disk or another process; `?` lets strace pass over those that this architecture does not have. */
const CHANGING = [
  ...['kill', 'write', 'pwrite64', 'ftruncate', 'fsync', '?fdatasync', 'openat'],
  ...['?chmod', 'fchmod', 'fchmodat', '?chown', 'fchown', 'fchownat', 'mkdirat', '?mkdir', '?rmdir'],
  ...['?rename', '?renameat', 'renameat2', '?link', 'linkat', '?symlink', 'symlinkat', '?unlink', 'unlinkat'],
].join(',');

/** One call of a run on its main thread. */
export interface Point {
  readonly call: string;
  /** It is the n-th call of this name that counts: files, stdout and stderr, not the wake-ups of node itself. */
  readonly ordinal: number;
  /** It is the n-th call that strace counts: of this name, or of this name on the file that takes an output. */
  readonly when: number;
  readonly output: 'stdout' | 'stderr' | null;
  /** For people, equal in each run: `rename 2 (.ledger.json.*.tmp)`. */
  readonly name: string;
}

/** What runs: node with these arguments, in this environment, with its log of calls in `directory`. */
export interface TracedProgram {
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly directory: string;
}

/** `KILL`: killed before the call; else an errno in the place of the call. */
export type Fault = 'KILL' | 'ENOSPC' | 'EIO' | 'EROFS' | 'EDQUOT' | 'EMFILE' | 'EPERM' | 'ESRCH';

/** A run with a fault; `isHit`: the fault struck the very call that was meant. */
export interface FaultyRun extends Ended {
  readonly isHit: boolean;
}

/** On a machine on which many processes come and go, the number of a call may be another one each time. */
const ATTEMPTS = 8;

/** An error in a write of node's own makes it hang. */
const HANGS_MS = 30_000;

/** Runs to the end without a fault and gives every call that changes something, in order. */
export async function listPoints(
  program: TracedProgram,
): Promise<{ readonly ended: Ended; readonly points: readonly Point[] }> {
  const log = join(program.directory, 'calls');
  const ended = await trace(program, ['-o', log, '-y', '-e', `trace=${CHANGING}`]);
  return { ended, points: readCalls(log).filter(isPoint) };
}

/**
 * Runs with a fault at a point. Some calls are not the same number in every run (node reads the process table and wakes
 * its own threads): where another one was struck, `reset` is called and the count corrected, a few times;
 * null: never.
 */
export async function runWithFaultAt(
  program: TracedProgram,
  { point, fault }: { readonly point: Point; readonly fault: Fault },
  reset: (() => Promise<void>) | null,
): Promise<FaultyRun> {
  let { when } = point;
  for (let attempt = 1; ; attempt++) {
    const { call, ordinal } = point;
    const log = join(program.directory, 'calls');
    const deed = fault === 'KILL' ? 'signal=KILL' : `error=${fault}`;
    const only = point.output === null ? [] : ['-P', join(program.directory, point.output)];
    const inject = [...only, '-e', `trace=${call}`, '-e', `inject=${call}:${deed}:when=${when}`];
    const ended = await trace(program, ['-o', log, '-y', ...inject]);
    const calls = readCalls(log);
    const struck = calls[when - 1];
    const isHit = struck !== undefined && isPoint(struck) && struck.ordinal === ordinal;
    if (isHit || attempt === ATTEMPTS || reset === null) return { ...ended, isHit };
    when = correct(calls, point);
    await reset();
  }
}

/** Where the call was in this run; where it was not reached, as much later as the last one that was. */
function correct(calls: readonly Call[], point: Point): number {
  const found = calls.find((call) => isPoint(call) && call.ordinal === point.ordinal);
  return found?.when ?? Math.max(point.when, calls.length) + 3;
}

interface Call extends Point {
  readonly counts: boolean;
}

function isPoint(call: Call): boolean {
  return call.counts;
}

function readCalls(log: string): readonly Call[] {
  const seen = new Map<string, number>();
  const count = (key: string, step = 1): number => {
    seen.set(key, (seen.get(key) ?? 0) + step);
    return seen.get(key) ?? 0;
  };
  return readFileSync(log, 'utf8')
    .split('\n')
    .flatMap((line): readonly Call[] => {
      const [, call, args] = /^(\w+)\((.*)$/.exec(line) ?? [];
      if (call === undefined || args === undefined) return [];
      const output = outputOf(call, args);
      const counts = changes(call, args);
      const total = count(call);
      const when = output === null ? total : count(`${call} ${output}`);
      const ordinal = output === null ? count(`${call} that counts`, counts ? 1 : 0) : when;
      return [{ call, ordinal, when, counts, output, name: `${call} ${ordinal} (${describe(call, args)})` }];
    });
}

function outputOf(call: string, args: string): Point['output'] {
  const descriptor = call === 'write' ? /^([12])</.exec(args)?.[1] : undefined;
  if (descriptor === undefined) return null;
  return descriptor === '1' ? 'stdout' : 'stderr';
}

/** An error in a write to a descriptor of node's own (eventfd, pipe) is nothing that a host can have. */
function changes(call: string, args: string): boolean {
  if (call === 'openat') return args.includes('O_CREAT');
  return call !== 'write' || /^\d+<\/(?!dev\/)/.test(args);
}

function describe(call: string, args: string): string {
  if (call === 'kill') return args.replace(/^-?\d+, (\w+).*/, '$1');
  const path = /"([^"]*)"/.exec(call === 'write' || call === 'pwrite64' ? '' : args)?.[1];
  const target = path ?? /^\d+<([^>]*)>/.exec(args)?.[1] ?? args;
  return basename(target)
    .replace(/\b[0-9a-f]{64}\b/, 'kept')
    .replace(/\.[0-9a-f]{16}\.tmp/, '.*.tmp')
    .replace(/trial-[\w-]+/, 'trial-*');
}

/** Without -f only the main thread is traced. io_uring would hide calls. */
async function trace({ args, env, directory }: TracedProgram, options: readonly string[]): Promise<Ended> {
  const traced = { ...env, UV_USE_IO_URING: '0', NODE_OPTIONS: '' };
  return await runToEnd('strace', [...options, process.execPath, ...args], { env: traced, directory });
}

/**
 * Runs a program without blocking this process. Its outputs go to files in `directory`, so that strace can tell them from
 * all else that is written; `exit` is null when a signal ended it.
 */
export async function runToEnd(
  command: string,
  args: readonly string[],
  { env, directory }: Omit<TracedProgram, 'args'>,
): Promise<Ended> {
  const paths = [join(directory, 'stdout'), join(directory, 'stderr')] as const;
  const [stdout, stderr] = [openSync(paths[0], 'w'), openSync(paths[1], 'w')];
  const child = spawn(command, args, { env, stdio: ['ignore', stdout, stderr], detached: true });
  closeSync(stdout);
  closeSync(stderr);
  // strace alone would leave the program behind; a program that hangs ends as one that was killed.
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), HANGS_MS);
  const [exit] = await once(child, 'exit');
  clearTimeout(timer);
  return { exit, stdout: readFileSync(paths[0], 'utf8'), stderr: readFileSync(paths[1], 'utf8') };
}
