import { chmodSync, chownSync, rmSync, writeFileSync } from 'node:fs';
import type { Ended } from '../end-to-end/real-host.ts';
import type { FaultHost } from './fault-host.ts';
import { makeUnhealthyFor } from './fault-host.ts';
import type { Point } from './traced-program.ts';

/** A run to be hit by faults, on a host that is saved right before it, and what must come of it. */
export interface Scenario {
  readonly name: string;
  /** Makes the host ready for the run. */
  readonly prepare: (host: FaultHost) => Promise<Prepared>;
  /** Exit codes of the run after the fault. */
  readonly recovers: readonly number[];
  /** How the run after that ends, which has nothing to do. */
  readonly settled: Pick<Ended, 'exit' | 'stdout'>;
  /** The value of A in the end. */
  readonly running: string;
  /** In how many reloads, killed run included; null: it cannot be known. */
  readonly reloads: (position: Position) => number | null;
  /** What else is wrong in the end. */
  readonly alsoWrong?: (host: FaultHost) => readonly string[];
}

/** What the run finds besides the host. */
export interface Prepared {
  /** The tip that the run after the fault finds; null: the same one. */
  readonly nextTip?: string;
  /** Both files as the run writes them, where they are others in the end. */
  readonly inBetween?: readonly string[];
}

/** Where in its run a fault struck; `points` are all that there are. */
export interface Position {
  readonly point: Point;
  readonly points: readonly Point[];
  /** Whether it struck there, or at another call. */
  readonly isHit: boolean;
}

const IN_SILENCE = { exit: 0, stdout: '' };

export const good: Scenario = {
  name: 'good commit',
  prepare: (host) => rollOut(host, 'two'),
  recovers: [0],
  settled: IN_SILENCE,
  running: 'two',
  reloads: () => 1,
};

/** Nothing on disk, not even a state directory. */
export const firstRun: Scenario = {
  name: 'first run ever',
  prepare: async () => ({}),
  recovers: [0],
  settled: IN_SILENCE,
  running: 'one',
  reloads: () => 1,
};

/** Both files are right already and php-fpm runs them, but nothing is remembered of it. */
export const adoption: Scenario = {
  name: 'first run over files that are right',
  prepare: async (host) => {
    await host.run();
    rmSync(host.real.state, { recursive: true });
    return {};
  },
  recovers: [0],
  settled: IN_SILENCE,
  running: 'one',
  reloads: () => 0,
};

/** Passes every check before the signal, and php-fpm is unhealthy with it. */
export const bad: Scenario = {
  name: 'bad commit',
  prepare: async (host) => {
    await rollOut(host, 'bad');
    await host.save();
    await host.run();
    const { files } = await host.observe();
    await host.restore();
    makeUnhealthyFor(host.real, 'bad');
    return { inBetween: files };
  },
  recovers: [16, 17],
  settled: { exit: 16, stdout: '' },
  running: 'one',
  reloads: () => 2,
};

/** The run after the fault finds the repository taken back: a reload is needed only where php-fpm had left A. */
export const revert: Scenario = {
  name: 'revert',
  prepare: async (host) => {
    await rollOut(host, 'two');
    const two = host.tip();
    await host.real.revert();
    const reverted = host.tip();
    host.setTip(two);
    return { nextTip: reverted };
  },
  recovers: [0],
  settled: IN_SILENCE,
  running: 'one',
  reloads: ({ point, points, isHit }) => {
    if (!isHit) return null;
    return points.indexOf(point) > points.findIndex(isSignal) ? 2 : 0;
  },
};

export const metadata: Scenario = {
  name: 'metadata only',
  prepare: async (host) => {
    await host.run();
    const [php = '', shell = ''] = host.paths;
    chmodSync(php, 0o666);
    chownSync(shell, 65534, 65534);
    return {};
  },
  recovers: [0],
  settled: IN_SILENCE,
  running: 'one',
  reloads: () => 0,
};

const EDITS = ['env["A"] = "by hand"\n', 'export A=edited\n'];

/** Both files edited by hand: put back, and nothing that was written into them is lost. */
export const handEdits: Scenario = {
  name: 'hand edits',
  prepare: async (host) => {
    await host.run();
    for (const [i, path] of host.paths.entries()) writeFileSync(path, EDITS[i] ?? '');
    return {};
  },
  recovers: [0],
  settled: IN_SILENCE,
  running: 'one',
  reloads: () => 0,
  alsoWrong: (host) => [
    ...EDITS.filter((edit) => !host.keptEdits().includes(edit)).map((edit) => `not kept: ${edit}`),
    ...host.paths.filter((path) => !host.toldEdits().includes(path)).map((path) => `not told: ${path}`),
  ],
};

/** One commit applied, the next one pushed. */
async function rollOut(host: FaultHost, value: string): Promise<Prepared> {
  const { exit, stderr } = await host.run();
  if (exit !== 0) throw new Error(`the first commit was not applied: ${stderr}`);
  await host.real.commit({ 'env/common.yaml': `A: ${value}\n` });
  return {};
}

/** Whether it is the signal to php-fpm. */
export function isSignal({ name }: Point): boolean {
  return name.includes('SIGUSR2');
}
