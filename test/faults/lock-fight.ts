import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { buildProgram } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { Random } from '../integration/exactness/random-values.ts';

/** What became of a fight for one lock. */
export interface Fight {
  readonly acquisitions: number;
  /** Workers that were killed, and how many of them in the middle of holding it. */
  readonly kills: number;
  readonly killedHolders: number;
  readonly stops: number;
  /** One sentence for each time that two held it. */
  readonly failures: readonly string[];
}

export interface FightOptions {
  readonly workers: number;
  readonly ms: number;
  readonly seed: number;
}

/** Workers take one lock in turns, while some of them are killed or stopped for a while, the holder above all. */
export async function fightForLock({ workers, ms, seed }: FightOptions): Promise<Fight> {
  const shared = temporaryDirectory();
  const ring = new Ring(buildProgram('fight-for-lock'), shared);
  for (let i = 0; i < workers; i++) ring.add();
  await waitFor('the fight to begin', () => linesOf(shared).length > workers, 60_000);
  const random = new Random(seed);
  const end = performance.now() + ms;
  while (performance.now() < end) {
    await sleep(20 + random.below(180));
    const victim = ring.choose(random);
    if (random.below(3) === 0) ring.kill(victim);
    else ring.stop(victim, 20 + random.below(300));
  }
  await ring.end();
  const judged = judge(linesOf(shared), ring.killed);
  const failures = [...judged.failures, ...ring.crashes];
  return { ...judged, failures, kills: ring.killed.size, stops: ring.stops };
}

class Ring {
  readonly killed = new Set<number>();
  readonly crashes: string[] = [];
  stops = 0;
  readonly #program: string;
  readonly #shared: string;
  readonly #workers = new Map<number, ChildProcess>();
  readonly #exits: Promise<unknown>[] = [];
  readonly #stopped = new Set<number>();

  constructor(program: string, shared: string) {
    this.#program = program;
    this.#shared = shared;
  }

  add(): void {
    const args = [this.#program, join(this.#shared, 'run', 'lock'), this.#shared];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    this.#exits.push(once(child, 'exit'));
    if (child.pid !== undefined) this.#workers.set(child.pid, child);
  }

  /** Half of the time the one whose pid stands in the lock file. */
  choose(random: Random): number {
    const holder = Number(readOrEmpty(join(this.#shared, 'run', 'lock')));
    if (random.below(2) === 0 && this.#workers.has(holder)) return holder;
    return random.pick([...this.#workers.keys()]);
  }

  kill(pid: number): void {
    this.killed.add(pid);
    this.#workers.get(pid)?.kill('SIGKILL');
    this.#workers.delete(pid);
    this.add();
  }

  stop(pid: number, ms: number): void {
    if (this.#stopped.has(pid)) return;
    this.stops++;
    this.#stopped.add(pid);
    this.#workers.get(pid)?.kill('SIGSTOP');
    setTimeout(() => this.#continue(pid), ms);
  }

  #continue(pid: number): void {
    this.#stopped.delete(pid);
    this.#workers.get(pid)?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    for (const pid of [...this.#stopped]) this.#continue(pid);
    for (const child of this.#workers.values()) child.stdin?.end();
    await Promise.all(this.#exits);
    for (const [pid, { exitCode }] of this.#workers)
      if (exitCode !== 0) this.crashes.push(`${pid} ended with ${exitCode}`);
  }
}

/** Whoever comes in while another one is in must have found that one dead. */
function judge(lines: readonly string[], killed: ReadonlySet<number>) {
  const failures: string[] = [];
  let inside: number | null = null;
  let acquisitions = 0;
  let killedHolders = 0;
  for (const line of lines) {
    const [deed, text] = line.split(' ');
    const pid = Number(text);
    if (deed === 'double') failures.push(line);
    if (deed === 'out' && inside !== pid) failures.push(`${line} while ${inside} was in`);
    if (deed === 'out') inside = null;
    if (deed !== 'in') continue;
    acquisitions++;
    if (inside !== null && !killed.has(inside)) failures.push(`${line} while ${inside} was in`);
    if (inside !== null) killedHolders++;
    inside = pid;
  }
  return { acquisitions, killedHolders, failures };
}

function linesOf(shared: string): readonly string[] {
  return readOrEmpty(join(shared, 'journal')).split('\n').filter(Boolean);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // nobody has taken it yet
  }
}
