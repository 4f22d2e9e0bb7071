import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startFaultyServer } from '../helpers/faulty-server.ts';
import { GitRepository } from '../helpers/git-repository.ts';
import { buildProgram, hasStrace } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { report, sample } from './extent.ts';

if (!hasStrace) console.warn('SKIPPED: stopping a fetch at every change of the disk needs strace');

/** Whatever changes a disk, in any of the processes; `?` lets strace pass over those that an architecture lacks. */
const CHANGING =
  'write,pwrite64,?rename,?renameat,renameat2,?link,linkat,?unlink,unlinkat,?mkdir,mkdirat,?rmdir,?chmod,fchmod,fchmodat,?creat';

/** For strace to end after what it looks at was killed. */
const PATIENCE_MS = 20_000;

/** Who is killed: our program alone, as by the kernel for memory, or with all that it started, as by a power cut. */
type Victims = 'program' | 'family';

/**
 * strace counts calls for each process alone and stops none but the one that it strikes, so that it cannot kill a family at
 * one call. It is used as an eye: the kill follows the k-th change that it reports from any process, a few
 * calls later, where a traced process takes 100 µs for each.
 */
describe.skipIf(!hasStrace)('a fetch that is killed at any change of the disk', () => {
  test.each<[string, Victims, (stage: Stage) => void]>([
    ['the first fetch', 'program', () => {}],
    ['the first fetch', 'family', () => {}],
    ['a later fetch', 'program', (stage) => stage.fetch()],
    ['a later fetch', 'family', (stage) => stage.fetch()],
    ['a fetch that packs anew', 'family', (stage) => stage.fetch(20)],
  ])('%s, with the %s, is made good by the next one', async (what, victims, prepare) => {
    const startedAt = performance.now();
    const stage = new Stage();
    prepare(stage);
    const expected = stage.commit();
    stage.keep();
    const { changes: total } = await stage.run({ killAt: Number.POSITIVE_INFINITY, victims });
    const points = sample(
      Array.from({ length: total }, (_, i) => i + 1),
      8,
    );
    const failures: string[] = [];
    let struck = 0;
    for (const killAt of points) {
      stage.restore();
      const { isKilled } = await stage.run({ killAt, victims });
      if (isKilled) struck++;
      const found = stage.look();
      if (found !== expected) failures.push(`${what}, killed after ${killAt} of ${total}: ${found}`);
    }
    report(`clone, ${what}, ${victims} (${total} changes, ${struck} struck)`, {
      points: points.length,
      failures,
      reloads: [],
      startedAt,
    });
    expect(failures).toEqual([]);
    expect(struck, 'the program ended before the kill nearly every time').toBeGreaterThan(points.length / 2);
  });
});

test.each(['http', 'ssh'])(
  'a program that is killed while a server over %s is silent leaves nobody',
  async (scheme) => {
    const server = await startFaultyServer({ kind: 'silent' });
    const clone = join(temporaryDirectory(), 'state', 'clone');
    const program = buildProgram('fetch-mirror');
    const url = `${scheme}://127.0.0.1:${server.port}/env.git`;
    const child = spawn(process.execPath, [program, url, clone], { stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    await waitFor('a question to the server', () => server.connections() > 0, 30_000);
    expect(gitsOf(clone).length).toBeGreaterThan(1);
    child.kill('SIGKILL');
    await waitFor('git and its children to end', () => gitsOf(clone).length === 0);
  },
);

interface Run {
  readonly changes: number;
  /** The program did not end before. */
  readonly isKilled: boolean;
}

/** A repository, and the state directory of a program that mirrors it. */
class Stage {
  readonly #repository = new GitRepository();
  readonly #directory = temporaryDirectory();
  readonly #state = join(this.#directory, 'state');
  readonly #program = buildProgram('fetch-mirror');
  #round = 0;
  #patience: NodeJS.Timeout | undefined;

  constructor() {
    mkdirSync(this.#state, { mode: 0o700 });
    this.commit();
  }

  /** Gives what the program is to print then. */
  commit(): string {
    const value = `${++this.#round}`;
    return `${this.#repository.commit({ 'env/value': value })} ${value}`;
  }

  /** Lets it fetch so many commits one by one. */
  fetch(times = 1): void {
    for (let i = 0; i < times; i++) {
      this.commit();
      execFileSync(process.execPath, this.#args);
    }
  }

  keep(): void {
    cpSync(this.#state, join(this.#directory, 'kept'), { recursive: true, preserveTimestamps: true });
  }

  restore(): void {
    rmSync(this.#state, { recursive: true, force: true });
    cpSync(join(this.#directory, 'kept'), this.#state, { recursive: true, preserveTimestamps: true });
  }

  /** Kills after that many changes, and counts them. Nothing of the run is left when it returns. */
  async run({ killAt, victims }: { readonly killAt: number; readonly victims: Victims }): Promise<Run> {
    const strace = ['-f', '-y', '-e', `trace=${CHANGING}`, '-e', 'signal=none'];
    const child = spawn('strace', [...strace, process.execPath, ...this.#args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    onTestFinished(() => killAll(familyOf(child.pid ?? 0)));
    const exited = once(child, 'exit');
    let changes = 0;
    for await (const line of createInterface({
      input: child.stderr as NonNullable<ChildProcess['stderr']>,
    })) {
      if (!this.#isChange(line)) continue;
      changes++;
      if (changes === killAt) this.#kill(child.pid ?? 0, victims);
    }
    const [, signal] = await exited;
    clearTimeout(this.#patience);
    await waitFor('the rest of the family to end', () => gitsOf(this.#state).length === 0);
    return { changes, isKilled: signal === 'SIGKILL' };
  }

  /** What the next run prints, or what is wrong with the place then. */
  look(): string {
    const printed = execFileSync(process.execPath, this.#args, { encoding: 'utf8' }).trim();
    const beside = readdirSync(this.#state).filter((name) => !['clone', 'clone.lock'].includes(name));
    const inside = readdirSync(join(this.#state, 'clone'), { recursive: true, encoding: 'utf8' });
    const left = [...beside, ...inside.filter((name) => /(\.lock|\.tmp|access\.ini)$|(^|\/)tmp_/.test(name))];
    return left.length === 0 ? printed : `${printed} and left ${left.join(', ')}`;
  }

  /** Git names its files by their path below the clone; what it writes to is told by strace. */
  #isChange(line: string): boolean {
    const call = /\b([a-z]\w+)\(/.exec(line)?.[1] ?? '';
    return ['write', 'pwrite64'].includes(call) ? line.includes(`<${this.#state}`) : call !== '';
  }

  get #args(): readonly string[] {
    return [this.#program, `file://${this.#repository.path}`, join(this.#state, 'clone')];
  }

  #kill(strace: number, victims: Victims): void {
    const [program, ...others] = familyOf(strace).slice(1);
    killAll(program === undefined ? [] : victims === 'program' ? [program] : [program, ...others]);
    // Seldom strace goes on waiting for a program that it has lost sight of, and holds its children.
    this.#patience = setTimeout(() => killAll([strace]), PATIENCE_MS);
  }
}

/** Processes that git or its launcher have become or started, wherever they hang now. */
function gitsOf(place: string): readonly number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map(Number)
    .filter((pid) => read(`/proc/${pid}/environ`).includes(`GIT_CONFIG_GLOBAL=${place}`));
}

/** A process and all below it, the older ones first. */
function familyOf(pid: number): readonly number[] {
  const children = read(`/proc/${pid}/task/${pid}/children`).split(' ').filter(Boolean).map(Number);
  return [pid, ...children.flatMap(familyOf)];
}

function killAll(pids: readonly number[]): void {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it ended while we looked
  }
}
