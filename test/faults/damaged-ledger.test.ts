import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RealHost } from '../end-to-end/real-host.ts';
import { isRoot } from '../helpers/temporary-directory.ts';
import { isLong, report, sample } from './extent.ts';
import type { Damage } from './ledger-damages.ts';
import { damages } from './ledger-damages.ts';
import { complaintsOf, observeFile, refuseToTakeOver, runProgram } from './placed-host.ts';

/** What happens to the host at the same time as to its record. */
type Event = 'nothing' | 'hand edit' | 'new commit';

const events: readonly Event[] = ['nothing', 'hand edit', 'new commit'];
/** Long: each damage alone, and every fifth with each of the other events. Short: some of each kind, in turns. */
const cases: readonly (readonly [Damage, Event])[] = isLong
  ? damages
      .flat()
      .flatMap((damage, i) =>
        (i % 5 === 0 ? events : events.slice(0, 1)).map((event) => [damage, event] as const),
      )
  : damages
      .flatMap((kind) => sample(kind, 2))
      .map((damage, i) => [damage, events[i % 3] ?? 'nothing'] as const);

if (!isRoot) console.warn('SKIPPED: a record of another owner needs root');

describe.skipIf(!isRoot)('a host whose ledger is damaged', () => {
  test('has the right bytes after one run, with one reload at most', async () => {
    const bench = await Bench.start();
    const startedAt = performance.now();
    const failures: string[] = [];
    const reloads: number[] = [];
    for (const [damage, event] of cases) {
      const before = bench.host.php.reloadsSeen();
      const complaints = await bench.tryCase(damage, event);
      reloads.push(bench.host.php.reloadsSeen() - before);
      if (complaints.length === 0) continue;
      failures.push(`a ledger ${damage.name}, ${event}: ${complaints.join('; ')}`);
      await bench.startOver();
    }
    report('damaged ledger', { points: cases.length, failures, reloads, startedAt });
    expect(failures).toEqual([]);
  });

  test('is not changed by plan, status or a dry run', async () => {
    const bench = await Bench.start();
    const saved = bench.saveState();
    const failures: string[] = [];
    for (const damage of sample(
      damages.flatMap((kind) => sample(kind, 5).slice(0, 5)),
      2,
    )) {
      damage.do(bench.host.state);
      const before = bench.tree();
      for (const command of [['plan'], ['status', '--json'], ['--once', '--dry-run']]) {
        runProgram(bench.host, [...command, '--config', bench.host.config]);
        const changed = bench.tree().filter((entry) => !before.includes(entry));
        const gone = before.length - bench.tree().length + changed.length;
        if (changed.length + gone > 0)
          failures.push(
            `a ledger ${damage.name}: ${command.join(' ')} changed ${changed} and removed ${gone}`,
          );
      }
      saved.restore();
    }
    expect(failures).toEqual([]);
  });
});

/** What happens to a kept copy. */
const losses: readonly (readonly [string, (path: string) => void])[] = [
  ['changed', (path) => writeFileSync(path, readFileSync(path, 'utf8').replace('value', 'other'))],
  ['cut short', (path) => truncateSync(path, 3)],
  ['empty', (path) => truncateSync(path, 0)],
  ['gone', (path) => rmSync(path)],
];

describe('kept copies that are lost', () => {
  test.each(sample(losses, 1))(
    '(%s) are kept anew before they are needed, and a bad commit is undone',
    async (_, lose) => {
      const bench = await Bench.start();
      const { host } = bench;
      const old = bench.paths.map(observeFile);
      const value = bench.value;
      refuseToTakeOver(host, 'bad');
      expect(host.once()).toMatchObject({ exit: 0 });
      const store = join(host.state, 'store');
      for (const name of readdirSync(store)) lose(join(store, name));
      await bench.commit('bad');
      expect(runProgram(host, ['--once', '--config', host.config])).toMatchObject({ exit: 17 });
      expect(bench.paths.map(observeFile)).toEqual(old);
      expect(await host.ask('A')).toBe(value);
      expect(runProgram(host, ['--once', '--config', host.config])).toMatchObject({ exit: 16 });
      await bench.commit('good');
      expect(runProgram(host, ['--once', '--config', host.config])).toMatchObject({ exit: 0 });
      expect(await bench.complaints()).toEqual([]);
    },
  );
});

const takeovers: readonly (readonly [string, (state: string) => void])[] = [
  ['belongs to somebody else', (state) => chownSync(state, 65534, 65534)],
  ['can be written by its group', (state) => chmodSync(state, 0o770)],
];

describe.skipIf(!isRoot)('a state directory that', () => {
  test.each(sample(takeovers, 1))('%s is refused with 19, and nothing is touched', async (_, take) => {
    const bench = await Bench.start();
    const { host } = bench;
    await bench.commit('value-9999');
    take(host.state);
    const before = [...bench.paths.map((path) => host.identity(path)), bench.tree(), host.php.reloadsSeen()];
    const refused = runProgram(host, ['--once', '--config', host.config]);
    expect(refused).toMatchObject({ exit: 19, stdout: '' });
    expect(refused.stderr).toContain(host.state);
    expect(refused.stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
    const after = [...bench.paths.map((path) => host.identity(path)), bench.tree(), host.php.reloadsSeen()];
    expect(after).toEqual(before);
    chownSync(host.state, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
    chmodSync(host.state, 0o700);
    expect(runProgram(host, ['--once', '--config', host.config])).toMatchObject({ exit: 0 });
    expect(await bench.complaints()).toEqual([]);
  });
});

class Bench {
  readonly host: RealHost;
  readonly paths: readonly [phpFpm: string, shell: string];
  value = 'value-0000';
  #count = 0;

  private constructor(host: RealHost) {
    this.host = host;
    this.paths = [host.php.envPath, host.shellPath];
  }

  static async start(): Promise<Bench> {
    const bench = new Bench(await RealHost.start());
    await bench.commit(bench.value);
    expect(bench.host.once()).toMatchObject({ exit: 0, stderr: '' });
    return bench;
  }

  async commit(value: string): Promise<void> {
    this.value = value;
    await this.host.commit({ 'env/common.yaml': `A: ${value}\n` });
  }

  /** One damage to a host in order, one run, and all that is then not as it must be. */
  async tryCase(damage: Damage, event: Event): Promise<readonly string[]> {
    const { host } = this;
    this.#tidy();
    const reloads = host.php.reloadsSeen();
    damage.do(host.state);
    await this.#make(event);
    const run = runProgram(host, ['--once', '--config', host.config]);
    const seen = host.php.reloadsSeen() - reloads;
    return [
      ...(run.exit === 0 ? [] : [`the run ended with ${run.exit}: ${run.stderr}`]),
      ...(seen <= 1 ? [] : [`php-fpm was reloaded ${seen} times`]),
      ...(await this.complaints()),
    ];
  }

  async complaints(): Promise<readonly string[]> {
    return await complaintsOf(this.host, { paths: this.paths, state: this.host.state, value: this.value });
  }

  /** A host without a memory, which makes itself a new one. */
  async startOver(): Promise<void> {
    rmSync(this.host.state, { recursive: true, force: true });
    await this.#make('new commit');
    expect(this.host.once()).toMatchObject({ exit: 0 });
  }

  /** Everything in the state directory, with what changes when it is written or moved. */
  tree(): readonly string[] {
    if (!existsSync(this.host.state)) return [];
    const names = readdirSync(this.host.state, { recursive: true, encoding: 'utf8' }).sort();
    const lines = names.map((name) => {
      const { ino, size, mtimeNs, ctimeNs } = lstatSync(join(this.host.state, name), { bigint: true });
      return `${name} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
    });
    return lines;
  }

  /** A copy of the state directory, and the way back to it. */
  saveState(): { restore(): void } {
    const copy = join(this.host.directory, 'saved');
    cpSync(this.host.state, copy, { recursive: true });
    return {
      restore: () => {
        rmSync(this.host.state, { recursive: true, force: true });
        cpSync(copy, this.host.state, { recursive: true });
      },
    };
  }

  async #make(event: Event): Promise<void> {
    this.#count += 1;
    if (event === 'hand edit') appendFileSync(this.paths[0], 'env["B"] = "by hand"\n');
    if (event === 'new commit') await this.commit(`value-${String(this.#count).padStart(4, '0')}`);
  }

  /** The record is ours again, and what was set aside is gone, so that each damage meets a host in order. */
  #tidy(): void {
    const { state } = this.host;
    for (const name of readdirSync(state).filter((each) => /damaged|elsewhere/.test(each)))
      rmSync(join(state, name), { recursive: true });
    chownSync(join(state, 'ledger.json'), process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
  }
}
