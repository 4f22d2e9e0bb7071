import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { MAIN } from '../helpers/built-program.ts';
import type { CallPoint } from '../helpers/system-calls.ts';
import { hasStrace, listMutatingCalls } from '../helpers/system-calls.ts';
import { isLong, report, sample } from './extent.ts';
import type { DiskKind, Journal } from './loop-disk.ts';
import { LoopDisk, whyNoDisk } from './loop-disk.ts';
import { PlacedHost } from './placed-host.ts';

/** A run that changes both files, or the first one on a host, which makes them and the state directory. */
type Pass = 'change' | 'first run';

interface Sweep {
  readonly kind: DiskKind;
  readonly pass: Pass;
  readonly journal: Journal;
  /** The control: fsync(2) does nothing and reports success. */
  readonly isWithoutFsync: boolean;
}

const normal = { pass: 'change', journal: 'lost', isWithoutFsync: false } as const;
const kinds: readonly DiskKind[] = ['ext4', 'xfs'];
const obstacles = new Map(kinds.map((kind) => [kind, hasStrace ? whyNoDisk(kind) : 'there is no strace']));
for (const [kind, why] of obstacles)
  if (why !== null) console.warn(`SKIPPED: power cuts on ${kind}: no disk can be made here: ${why}`);
const able = kinds.filter((kind) => obstacles.get(kind) === null);

const sweeps: readonly Sweep[] = able.flatMap((kind) => [
  { ...normal, kind },
  ...(isLong ? [{ ...normal, kind, journal: 'written' } as const] : []),
  ...(isLong ? [{ ...normal, kind, pass: 'first run' } as const] : []),
]);
/** Where the harm is greatest: xfs writes its journal without the data. */
const controls = isLong
  ? able.flatMap((kind) => [{ kind, journal: 'lost' } as const, { kind, journal: 'written' } as const])
  : able.slice(-1).map((kind) => ({ kind, journal: 'written' }) as const);

describe('a power cut', () => {
  test.each(sweeps)(
    'on $kind during a $pass, journal $journal, or after it leaves whole files, and the next run heals',
    async (sweep) => {
      const bench = await Bench.start(sweep);
      const points = sample(await bench.points(), 3);
      const failures = await bench.run([...points, null]);
      expect(failures).toEqual([]);
    },
  );

  test.skipIf(able.length === 0)('is seen to do harm where fsync does nothing (control)', async () => {
    const failures: string[] = [];
    for (const control of controls) {
      const bench = await Bench.start({ ...normal, ...control, isWithoutFsync: true });
      const points = isLong ? (await bench.points()).filter(({ call }) => call !== 'fsync') : [];
      failures.push(...(await bench.run([...points.filter((_, i) => i % 4 === 0), null])));
      await bench.end();
    }
    expect(failures.length).toBeGreaterThan(0);
  });
});

class Bench {
  readonly #sweep: Sweep;
  readonly #disk: LoopDisk;
  readonly #placed: PlacedHost;
  #count = 0;

  private constructor(sweep: Sweep, disk: LoopDisk, placed: PlacedHost) {
    this.#sweep = sweep;
    this.#disk = disk;
    this.#placed = placed;
  }

  /** A host whose files stand on a disk of their own. Repository, lock, php-fpm and temporaries stand elsewhere. */
  static async start(sweep: Sweep): Promise<Bench> {
    const disk = LoopDisk.make(sweep.kind);
    const placed = await PlacedHost.startBelow(disk.path);
    // What a killed run leaves there goes with the host.
    onTestFinished(() => void vi.unstubAllEnvs());
    vi.stubEnv('TMPDIR', join(placed.host.directory, 'tmp'));
    const bench = new Bench(sweep, disk, placed);
    await bench.#prepare();
    expect(placed.once()).toMatchObject({ exit: 0, stderr: '' });
    return bench;
  }

  /** Every call of one pass that changes the disk. A file that is created, and not yet filled, is no step of its own. */
  async points(): Promise<readonly CallPoint[]> {
    await this.#prepare();
    const calls = listMutatingCalls([MAIN, '--once', '--config', this.#placed.host.config]);
    return calls.filter(({ call }) => call !== 'openat');
  }

  /** Cuts the power at each point (null: after the end of the run) and gives what went wrong, one sentence for each. */
  async run(points: readonly (CallPoint | null)[]): Promise<readonly string[]> {
    const startedAt = performance.now();
    const failures: string[] = [];
    const reloads: number[] = [];
    for (const point of points) {
      const before = this.#placed.host.php.reloadsSeen();
      const complaints = await this.#cutAt(point);
      const where = point === null ? 'after the end' : `${point.call} ${point.when}`;
      if (complaints.length > 0) failures.push(`${where}: ${complaints.join('; ')}`);
      reloads.push(this.#placed.host.php.reloadsSeen() - before);
    }
    report(`power cut, ${this.#name()}`, { points: points.length, failures, reloads, startedAt });
    return failures;
  }

  async end(): Promise<void> {
    await this.#placed.host.php.stop();
    await this.#disk.unmount();
    vi.unstubAllEnvs();
  }

  async #cutAt(point: CallPoint | null): Promise<readonly string[]> {
    const { value, old } = await this.#prepare();
    const ended = this.#placed.once({ under: this.#strace(point) });
    await this.#disk.cutPower(this.#sweep.journal);
    const found = this.#placed.observe();
    const next = this.#placed.once();
    const now = this.#placed.observe();
    const isEnded = ended.exit === (point === null ? 0 : null);
    const isDone = point !== null || (found.join() === now.join() && next.stdout + next.stderr === '');
    return [
      ...(isEnded ? [] : [`the run ended with ${ended.exit} ${ended.stderr}`]),
      ...found
        .filter((file, i) => file !== old[i] && file !== now[i])
        .map((file) => `not whole: ${label(file)}`),
      ...(isDone ? [] : [`what was done is lost: ${found.map(label).join(', ')}`]),
      ...(next.exit === 0 ? [] : [`the next run ended with ${next.exit}: ${next.stderr}`]),
      ...(await this.#placed.complaints(value)),
    ];
  }

  /** The next value is in the repository, and the state before it is durable. */
  async #prepare(): Promise<{ readonly value: string; readonly old: readonly string[] }> {
    const placed = this.#placed;
    this.#count += 1;
    const value = `value-${String(this.#count).padStart(4, '0')}`;
    await placed.set(value);
    if (this.#sweep.pass === 'first run')
      for (const path of [...placed.paths, placed.state]) rmSync(path, { recursive: true, force: true });
    this.#disk.sync();
    return { value, old: placed.observe() };
  }

  #strace(point: CallPoint | null): readonly string[] {
    const fsync = this.#sweep.isWithoutFsync ? ['-e', 'inject=fsync:retval=0'] : [];
    const kill = point === null ? [] : ['-e', `inject=${point.call}:signal=KILL:when=${point.when}`];
    return ['strace', '-o', '/dev/null', '-e', `trace=fsync,${point?.call ?? 'fsync'}`, ...fsync, ...kill];
  }

  #name(): string {
    const { kind, pass, journal, isWithoutFsync } = this.#sweep;
    return `${pass} on ${kind}, journal ${journal}${isWithoutFsync ? ', without fsync (control)' : ''}`;
  }
}

/** Enough of a file to tell which one it is. */
function label(file: string): string {
  if (file === 'absent') return file;
  return `${file.slice(0, 3)} with ${file.length} characters, ${/value-\d+/.exec(file)?.[0] ?? 'no value'}`;
}
