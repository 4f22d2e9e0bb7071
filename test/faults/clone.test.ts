import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listPids } from '../../src/adapters/process-table.ts';
import { startFaultyServer } from '../helpers/faulty-server.ts';
import { GitRepository } from '../helpers/git-repository.ts';
import { buildProgram, hasStrace } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { report, sample } from './extent.ts';
import type { Order, Points, Strike, Victims } from './struck-family.ts';
import { strikeFamily } from './struck-family.ts';

if (!hasStrace) console.warn('SKIPPED: stopping a fetch at every change of the disk needs strace');

/** flock, sh, setpriv, setsid, sh, git, git-remote-http. */
const STARTS = [1, 2, 3, 4, 5, 6, 7];

type Sweep = [what: string, points: Points, victims: Victims, earlier: number];

/**
 * Between two changes nothing on the disk differs, and the disk is all that outlives a family that is killed as one: to kill it at
 * every other call would show nothing new. A program that dies alone leaves the others at whatever call they are, so these
 * are swept as well, but for those that wait, read, or concern nobody but the process itself.
 */
describe.skipIf(!hasStrace)('a fetch that is killed', () => {
  test.each<Sweep>([
    ['the first fetch', 'changes', 'program', 0],
    ['the first fetch', 'changes', 'family', 0],
    ['a later fetch', 'changes', 'program', 1],
    ['a later fetch', 'changes', 'family', 1],
    ['a later fetch', 'calls', 'program', 1],
    ['a fetch that packs anew', 'changes', 'program', 20],
    ['a fetch that packs anew', 'changes', 'family', 20],
  ])('%s, after all %s, the %s, is made good by the next one', async (what, points, victims, earlier) => {
    const startedAt = performance.now();
    const stage = new Stage();
    stage.fetch(earlier);
    const expected = stage.commit();
    stage.keep();
    const { points: total, complaints } = await stage.strike({ points, victims, killAt: null });
    expect(complaints).toEqual([]);
    const all = Array.from({ length: total + 1 }, (_, killAt) => killAt);
    const failures: string[] = [];
    let struck = 0;
    for (const killAt of sample(all, 7)) {
      stage.restore();
      const { isStruck, complaints } = await stage.strike({ points, victims, killAt });
      if (isStruck) struck++;
      const found = stage.look();
      const wrong = found === expected ? complaints : [...complaints, found];
      if (wrong.length > 0) failures.push(`killed after ${killAt} of ${total}: ${wrong.join('; ')}`);
    }
    report(`clone, ${what}, ${victims}, ${total} ${points}`, {
      points: struck,
      failures,
      reloads: [],
      startedAt,
    });
    expect(failures).toEqual([]);
    expect(struck, 'other runs had fewer points').toBeGreaterThan(sample(all, 7).length * 0.8);
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

test.skipIf(!hasStrace).each(STARTS)(
  'a program that is killed at start %i of another one leaves nobody to wait for a silent server',
  async (killAt) => {
    const server = await startFaultyServer({ kind: 'silent' });
    const place = join(temporaryDirectory(), 'state');
    mkdirSync(place, { mode: 0o700 });
    const url = `http://127.0.0.1:${server.port}/env.git`;
    const program = [buildProgram('fetch-mirror'), url, join(place, 'clone')];
    const strike = await strikeFamily({ program, place, points: 'starts', victims: 'program', killAt });
    expect(strike).toMatchObject({ isStruck: true, complaints: [] });
  },
);

/** A repository, and the state directory of a program that mirrors it. */
class Stage {
  readonly #repository = new GitRepository();
  readonly #directory = temporaryDirectory();
  readonly #state = join(this.#directory, 'state');
  readonly #program = buildProgram('fetch-mirror');
  #round = 0;

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
  fetch(times: number): void {
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

  /** Nothing of the run is left when it returns. */
  async strike(how: Pick<Order, 'points' | 'victims' | 'killAt'>): Promise<Strike> {
    return await strikeFamily({ ...how, program: this.#args, place: this.#state });
  }

  /** What the next run prints, or what is wrong with the place then. */
  look(): string {
    const printed = execFileSync(process.execPath, this.#args, { encoding: 'utf8' }).trim();
    const beside = readdirSync(this.#state).filter((name) => !['clone', 'clone.lock'].includes(name));
    const inside = readdirSync(join(this.#state, 'clone'), { recursive: true, encoding: 'utf8' });
    const left = [...beside, ...inside.filter((name) => /(\.lock|\.tmp|access\.ini)$|(^|\/)tmp_/.test(name))];
    return left.length === 0 ? printed : `${printed} and left ${left.join(', ')}`;
  }

  get #args(): readonly string[] {
    return [this.#program, `file://${this.#repository.path}`, join(this.#state, 'clone')];
  }
}

/** Processes that git or its launcher have become or started, wherever they hang now. */
function gitsOf(place: string): readonly number[] {
  return listPids().filter((pid) => read(`/proc/${pid}/environ`).includes(`GIT_CONFIG_GLOBAL=${place}`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return ''; // it ended while we looked
  }
}
