import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from '../helpers/git-repository.ts';
import { buildProgram, hasStrace } from '../helpers/system-calls.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { report, sample } from './extent.ts';
import type { Order, Points, Strike, Victims } from './struck-family.ts';
import { strikeFamily } from './struck-family.ts';

if (!hasStrace) console.warn('SKIPPED: stopping a fetch at every change of the disk needs strace');

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
    const chosen = sample(
      Array.from({ length: total + 1 }, (_, killAt) => killAt),
      5,
    );
    const failures: string[] = [];
    let struck = 0;
    for (const killAt of chosen) {
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
    expect(struck, 'other runs had fewer points').toBeGreaterThanOrEqual(chosen.length * 0.8);
  });
});

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
