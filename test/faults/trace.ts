/** What strace wrote of one run and of all that it started: who was signalled, and on which tree. */

export interface Signal {
  readonly pid: number;
  readonly name: string;
  /** Seconds after the epoch. */
  readonly at: number;
}

export interface Trace {
  /** The run itself. */
  readonly main: number;
  /** The run, its threads and its children. */
  readonly own: ReadonlySet<number>;
  /** Given by the run itself, in order; `kill(pid, 0)` is none. */
  readonly signals: readonly Signal[];
  /** Renames onto a name, as `name → seconds`. */
  readonly renames: readonly { readonly name: string; readonly at: number }[];
  /** `php-fpm -t` of the live tree, outside of any private mount namespace. */
  readonly tests: readonly {
    readonly config: string;
    readonly from: number;
    readonly to: number;
    readonly exit: number;
  }[];
}

/** What strace is told to write down; `?` passes over what this architecture does not have. */
export const TRACED = 'execve,kill,tkill,tgkill,?rename,?renameat,renameat2';

/** Reads a log of `strace -f -ttt`. */
export function parseTrace(log: string): Trace {
  const lines = log.split('\n').flatMap((line) => {
    const [, pid = '', at = '', text = ''] = /^(\d+)\s+(\d+\.\d+) (.*)$/.exec(line) ?? [];
    return pid === '' ? [] : [{ pid: Number(pid), at: Number(at), text }];
  });
  const main = lines[0]?.pid ?? 0;
  const signals = lines.flatMap(({ pid, at, text }) => {
    const [, target = '', name = ''] = /^(?:t|tg)?kill\((-?\d+), (?:\d+, )?(SIG\w+)/.exec(text) ?? [];
    return pid === main && name !== '' ? [{ pid: Number(target), name, at }] : [];
  });
  const renames = lines.flatMap(({ at, text }) => {
    const name = /^rename.*"[^"]*\/([^"/]+)"(?:, 0)?\) += 0/.exec(text)?.[1];
    return name === undefined ? [] : [{ name, at }];
  });
  return { main, own: new Set(lines.map(({ pid }) => pid)), signals, renames, tests: parseTests(lines) };
}

interface Line {
  readonly pid: number;
  readonly at: number;
  readonly text: string;
}

function parseTests(lines: readonly Line[]): Trace['tests'] {
  const mounted = new Set(lines.filter(({ text }) => text.includes('["unshare"')).map(({ pid }) => pid));
  return lines.flatMap(({ pid, at, text }) => {
    const config = /^execve\("[^"]*php-fpm[^"]*", \[.*"-t", "-y", "([^"]+)"/.exec(text)?.[1];
    if (config === undefined || mounted.has(pid)) return [];
    const end = lines.find((line) => line.pid === pid && line.at > at && line.text.startsWith('+++'));
    const exit = Number(/exited with (\d+)/.exec(end?.text ?? '')?.[1] ?? Number.NaN);
    return [{ config, from: at, to: end?.at ?? Number.POSITIVE_INFINITY, exit }];
  });
}

/** Which files stand for the tree that php-fpm reads, and who may be asked to read it. */
export interface Tree {
  readonly config: string;
  /** Name of our file. */
  readonly file: string;
  /** Masters that may get SIGUSR2. */
  readonly masters: readonly number[];
}

/** One sentence for each signal to a stranger, and for each on a tree that was not tested after the last rename. */
export function findWrongSignals(trace: Trace, tree: Tree): readonly string[] {
  return trace.signals.flatMap((signal) => {
    if (trace.own.has(Math.abs(signal.pid))) return [];
    if (signal.name !== 'SIGUSR2' || !tree.masters.includes(signal.pid))
      return [`${signal.name} to the stranger ${signal.pid}`];
    return isTested(trace, tree, signal) ? [] : [`SIGUSR2 to ${signal.pid} on an untested tree`];
  });
}

function isTested({ renames, tests }: Trace, { config, file }: Tree, signal: Signal): boolean {
  const changed = renames.filter(({ name, at }) => name === file && at < signal.at).map(({ at }) => at);
  const since = Math.max(0, ...changed);
  return tests.some(
    (test) => test.config === config && test.exit === 0 && test.from > since && test.to < signal.at,
  );
}
