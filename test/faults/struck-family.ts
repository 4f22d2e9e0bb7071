import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, readFileSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { listPids } from '../../src/adapters/process-table.ts';
import type { Call } from './traced-calls.ts';
import { CallReader, CHANGING, findChanged, isNodeToItself, OUTWARD } from './traced-calls.ts';

/** Who is killed: our program alone, as by the kernel for memory, or with all that it started, as by a power cut. */
export type Victims = 'program' | 'family';

/**
 * What is counted: each change of the disk; from the first of them on each call by which a process reaches beyond itself;
 * each start of a program.
 */
export type Points = 'changes' | 'calls' | 'starts';

export interface Order {
  /** A program for node, and its arguments. */
  readonly program: readonly string[];
  /** The one directory in which the family may change something. */
  readonly place: string;
  readonly points: Points;
  readonly victims: Victims;
  /** After which point; 0: at the first call of all; null: never. */
  readonly killAt: number | null;
}

export interface Strike {
  /** How many there were, those after the kill among them. */
  readonly points: number;
  readonly isStruck: boolean;
  /** What was wrong with the family; empty: nothing. */
  readonly complaints: readonly string[];
}

const STOPS: Readonly<Record<Points, string>> = {
  changes: ['execve', ...CHANGING].join(','),
  calls: OUTWARD,
  starts: 'execve',
};
/** For a run, which takes a second. */
const DEADLINE_MS = 30_000;
/** For the rest of a family after its program, and for strace after all that it looked at. */
const PATIENCE_MS = 5_000;

/**
 * Runs a program until it is killed exactly between a call and whatever the process that made it does next. strace gives
 * SIGSTOP to a process in such a call, so that the kernel stops it on its way back to the program, and only our
 * SIGCONT lets it go on. The line of strace tells that it has got there. Each other process can at most
 * end the one call that it is at.
 */
export async function strikeFamily(order: Order): Promise<Strike> {
  const log = `${order.place}.calls`;
  execFileSync('mkfifo', [log]);
  const calls = STOPS[order.points];
  const stops = ['-e', 'signal=none', '-e', `trace=${calls}`, '-e', `inject=${calls}:signal=SIGSTOP`];
  const strace = spawn(
    'strace',
    ['-f', '-y', '-q', '-o', log, ...stops, process.execPath, ...order.program],
    {
      stdio: 'ignore',
      env: { ...process.env, UV_USE_IO_URING: '0', NODE_OPTIONS: '' }, // io_uring would hide calls from strace
    },
  );
  const family = new Family(order, strace);
  onTestFinished(() => family.end());
  const timer = setTimeout(() => family.end(`was not over after ${DEADLINE_MS} ms`), DEADLINE_MS);
  const lines = createInterface({ input: createReadStream(log) });
  lines.on('line', (line) => family.take(line));
  await Promise.all([once(lines, 'close'), once(strace, 'exit')]);
  clearTimeout(timer);
  rmSync(log);
  return family.strike;
}

/** All that strace looks at. */
class Family {
  readonly #order: Order;
  readonly #strace: ChildProcess;
  readonly #calls = new CallReader();
  readonly #complaints: string[] = [];
  #program = 0;
  #points = 0;
  #isStruck = false;
  /** Who stands still since the kill, or had one call to end. */
  readonly #still = new Set<number>();

  constructor(order: Order, strace: ChildProcess) {
    this.#order = order;
    this.#strace = strace;
  }

  get strike(): Strike {
    return { points: this.#points, isStruck: this.#isStruck, complaints: this.#complaints };
  }

  take(line: string): void {
    const call = this.#calls.read(line);
    if (call === null) return;
    if (this.#program === 0) {
      this.#program = call.pid; // its own execve, at which strace does not stop it
      return;
    }
    if (this.#isPoint(call)) this.#points++;
    if (!this.#isStruck && this.#points === this.#order.killAt) this.#kill(call.pid);
    else if (!this.#isStruck || this.#order.victims === 'program') send('SIGCONT', call.pid);
    else if (this.#still.has(call.pid)) this.#complaints.push(`${call.name} came after the kill`);
    else this.#still.add(call.pid);
  }

  /** Ends whatever is left. */
  end(complaint?: string): void {
    if (this.#strace.exitCode !== null || this.#strace.signalCode !== null) return;
    if (complaint !== undefined) this.#complaints.push(complaint);
    killAll(this.#living());
    this.#strace.kill('SIGKILL');
  }

  #isPoint(call: Call): boolean {
    const { place, points } = this.#order;
    const paths = findChanged(call);
    const strange = paths.filter((path) => path !== place && !path.startsWith(`${place}/`));
    if (strange.length > 0) this.#complaints.push(`${call.name} changed ${strange.join(', ')}`);
    if (points === 'starts') return call.name === 'execve' && call.text.endsWith(' = 0');
    if (strange.length < paths.length) return true;
    return points === 'calls' && this.#points > 0 && !isNodeToItself(call);
  }

  #kill(struck: number): void {
    this.#isStruck = true;
    this.#still.add(struck);
    killAll(this.#order.victims === 'program' ? [this.#program] : this.#living());
    if (this.#order.victims === 'program') send('SIGCONT', struck);
    void this.#settle();
  }

  async #settle(): Promise<void> {
    const deadline = performance.now() + PATIENCE_MS;
    for (let left = this.#living(); left.length > 0; left = this.#living()) {
      if (performance.now() > deadline) return this.end(`${left.length} processes outlived the program`);
      if (this.#order.victims === 'family') killAll(left); // it was being started when the others were killed
      await sleep(5);
    }
    await sleep(PATIENCE_MS, undefined, { ref: false });
    this.end(); // seldom it goes on waiting
  }

  #living(): readonly number[] {
    const traced = new RegExp(`^State:\\t[^ZX][^]*^TracerPid:\\t${this.#strace.pid}$`, 'm');
    return listPids().filter((pid) => traced.test(readStatus(pid)));
  }
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) send('SIGKILL', pid);
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended
  }
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'latin1');
  } catch {
    return ''; // it has ended
  }
}
