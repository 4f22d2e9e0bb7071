import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../core/errors.ts';

/** How a program ended. `exitCode` is null when a signal or the deadline ended it. */
export interface ProgramResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** `capped`: it wrote more than 1 MiB to one stream and was ended. */
  readonly ended: 'exit' | 'signal' | 'deadline' | 'capped';
}

export interface ProgramOptions {
  readonly deadlineMs: number;
  /** Added to `PATH` and `LC_ALL=C`; nothing of our own environment is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads on stdin; nothing when it is not given. */
  readonly input?: string;
  /**
   * `ignore` for a program that leaves a service behind, which would keep our pipes open. A file for one that opens
   * /dev/stderr by its name, which the sockets that Node takes for pipes do not allow: it gets both streams, and
   * `stdout` is read from it.
   */
  readonly output?: 'ignore' | { readonly file: string };
  /** The program gets SIGTERM when we die, even of SIGKILL: PR_SET_PDEATHSIG(2const), set by setpriv(1) if it is there. */
  readonly endsWithUs?: boolean;
}

/** A program that runs until it is stopped. */
export interface RunningProgram {
  readonly pid: number;
  /** Settles when the program is gone and its output is closed; never rejects. */
  readonly ended: Promise<ProgramResult>;
  /** Ends the whole process group with SIGKILL and waits until the program is gone. */
  stop(): Promise<ProgramResult>;
}

/** Where programs are looked for: nothing of our own environment decides it. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const OUTPUT_LIMIT_BYTES = 1024 * 1024;

/** Process groups of programs that were started and have not ended. */
const groups = new Set<number>();

/** Ends every program that was started and has not ended, with its group: for a process that is about to end. */
export function endPrograms(): void {
  for (const pid of groups) killGroup(pid);
}

/** The process group of a program that a package started in our place. */
export interface ProgramGroup {
  /** SIGKILL to all of it; nothing happens where it is gone. */
  end(): void;
  /** To be called when the program has ended. */
  release(): void;
}

/** Takes note of such a group, so that `endPrograms` ends it too. */
export function adoptGroup(pid: number): ProgramGroup {
  groups.add(pid);
  return { end: () => killGroup(pid), release: () => void groups.delete(pid) };
}

/**
 * Runs a program to its end, with a minimal environment. At the deadline its whole process group gets
 * SIGKILL, so that nothing it started outlives it. Never throws for what the program does.
 * Throws ENVIRONMENT_BROKEN when the program is missing or may not be run.
 */
export async function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<ProgramResult> {
  return (await startProgram(command, args, options)).ended;
}

/** Starts a program as `runProgram` does and gives it back at once. Throws ENVIRONMENT_BROKEN as it does. */
export async function startProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions,
): Promise<RunningProgram> {
  const { execa } = await import('execa'); // costs tens of milliseconds, which a quiet run must not pay
  const words = [...(options.endsWithUs ? findDeathSignal() : []), command, ...args];
  const child = spawnChild(execa, words, options);
  const { pid } = child;
  if (pid === undefined) throw notStarted(command, (await child).cause);
  groups.add(pid);
  let overdue = false;
  const timer = setTimeout(() => {
    overdue = true;
    killGroup(pid);
  }, options.deadlineMs);
  const ended = child.then((result): ProgramResult => {
    clearTimeout(timer);
    groups.delete(pid);
    if (result.isMaxBuffer) killGroup(pid);
    const { exitCode = null } = result;
    return {
      exitCode: overdue || result.isMaxBuffer ? null : exitCode,
      stdout: readOutput(options.output) ?? result.stdout ?? '',
      stderr: result.stderr ?? '',
      ended: howEnded(overdue, result.isMaxBuffer, exitCode),
    };
  });
  return {
    pid,
    ended,
    stop: () => {
      killGroup(pid);
      return ended;
    },
  };
}

/** Whether `endsWithUs` can be kept on this host. */
export function canEndWithUs(): boolean {
  return findDeathSignal().length > 0;
}

type Execa = typeof import('execa').execa;

function spawnChild(execa: Execa, [file = '', ...args]: readonly string[], options: ProgramOptions) {
  const output = openOutput(options.output);
  const child = execa(file, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C', ...options.env },
    extendEnv: false,
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    stdout: output,
    stderr: output,
    detached: true, // its own process group, which we can end as a whole
    cleanup: false,
    reject: false,
    stripFinalNewline: false,
    maxBuffer: OUTPUT_LIMIT_BYTES,
  });
  if (typeof output === 'number') closeSync(output); // the child has its own now
  return child;
}

/** Of a death before setpriv the program would never hear: then we are not its parent any more. */
const UNLESS_DEAD = '[ "$PPID" = "$0" ] && exec "$@"';

/** Each executes the next one in its own place, so that the process group stays the same. */
function findDeathSignal(): readonly string[] {
  const found = SYSTEM_PATH.split(':')
    .map((directory) => join(directory, 'setpriv'))
    .find((path) => existsSync(path));
  if (found === undefined) return [];
  return [found, '--pdeathsig', 'TERM', '--', '/bin/sh', '-c', UNLESS_DEAD, String(process.pid)];
}

/** The types of execa know descriptors up to 9 only. */
function openOutput(output: ProgramOptions['output']): 'ignore' | 'pipe' | 3 {
  if (output === undefined || output === 'ignore') return output ?? 'pipe';
  return openSync(output.file, 'a', 0o600) as 3;
}

/** The beginning of the file: a program that writes without end is stopped by its deadline only. */
function readOutput(output: ProgramOptions['output']): string | null {
  if (output === undefined || output === 'ignore') return null;
  const file = openSync(output.file, 'r');
  const bytes = Buffer.alloc(OUTPUT_LIMIT_BYTES);
  const length = readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  return bytes.toString('utf8', 0, length);
}

function howEnded(overdue: boolean, capped: boolean, exitCode: number | null): ProgramResult['ended'] {
  if (overdue) return 'deadline';
  if (capped) return 'capped';
  return exitCode === null ? 'signal' : 'exit';
}

function notStarted(command: string, cause: unknown): ReconcileError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const why = code === 'ENOENT' ? 'it is not there' : `it cannot be run (${code})`;
  return new ReconcileError('ENVIRONMENT_BROKEN', `${command} was not started: ${why}`, { cause });
}

/** ESRCH only says that all of the group is gone already. */
function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
