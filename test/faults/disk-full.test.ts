import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { isLong, report, sample } from './extent.ts';
import { PlacedHost } from './placed-host.ts';
import { SmallDisk, whyNoSmallDisk } from './small-disk.ts';

/** What stands on the small disk. */
type Part = 'state' | 'both files' | 'php-fpm file' | 'TMPDIR';

const parts: readonly Part[] = ['state', 'both files', 'php-fpm file', 'TMPDIR'];
const sizes = ['4k', '8k', '12k', '16k', '20k', '24k', '32k', '64k', '128k', '256k', '1m'];
const freePages = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16];
/** In sync or applied, undone, owed, nothing written: a full disk has no other end. */
const EXITS: readonly (number | null)[] = [0, 17, 18, 19];

const obstacle = whyNoSmallDisk();
if (obstacle !== null) console.warn(`SKIPPED: full disks: no tmpfs can be mounted here: ${obstacle}`);

describe.skipIf(obstacle !== null)('a full disk', () => {
  test.each(isLong ? parts : parts.slice(0, 2))(
    '(%s) lets a run do all or nothing, and the next one with space heals',
    async (part) => {
      const bench = await Bench.start(part);
      const startedAt = performance.now();
      const failures: string[] = [];
      const points = [
        ...(isLong ? freePages : [0, 1, 3]).map((pages) => ({
          name: `${pages} pages free`,
          prepare: () => bench.fill(pages),
        })),
        ...sample(sizes, 1).map((size) => ({
          name: `a first run on ${size}`,
          prepare: () => bench.shrink(size),
        })),
      ];
      const exits: (number | null)[] = [];
      for (const { name, prepare } of points) {
        const { exit, complaints } = await bench.tryRun(prepare);
        exits.push(exit);
        if (complaints.length > 0) failures.push(`${name}: ${complaints.join('; ')}`);
      }
      report(`disk full, ${part}, exits ${exits.join(' ')}`, {
        points: points.length,
        failures,
        reloads: [],
        startedAt,
      });
      expect(failures).toEqual([]);
    },
  );
});

describe.skipIf(obstacle !== null)('a destination that cannot be replaced', () => {
  test.each([0, 1])('(file %i immutable) leaves the other as it was', async (index) => {
    const placed = await start(temporaryDirectory());
    const path = placed.paths[index] ?? '';
    await expectUntouched(placed, {
      forbid: () => {
        execFileSync('chattr', ['+i', path]);
        onTestFinished(() => void spawnSync('chattr', ['-i', path]));
      },
      permit: () => execFileSync('chattr', ['-i', path]),
    });
  });

  test.each([0, 1])('(directory %i read-only) leaves the other as it was', async (index) => {
    const placed = await start(temporaryDirectory());
    const directory = dirname(placed.paths[index] ?? '');
    await expectUntouched(placed, {
      forbid: () => {
        execFileSync('mount', ['--bind', directory, directory]);
        onTestFinished(() => void spawnSync('umount', ['-l', directory]));
        execFileSync('mount', ['-o', 'remount,bind,ro', directory]);
      },
      permit: () => execFileSync('umount', [directory]),
    });
  });
});

interface Obstacle {
  forbid(): void;
  permit(): void;
}

async function expectUntouched(placed: PlacedHost, { forbid, permit }: Obstacle): Promise<void> {
  const before = [...placed.observe(), placed.host.php.reloadsSeen()];
  forbid();
  await placed.set('value-0001');
  const run = placed.once();
  expect(run).toMatchObject({ exit: 17, stderr: expect.stringContaining('nothing was changed') });
  expect([...placed.observe(), placed.host.php.reloadsSeen()]).toEqual(before);
  permit();
  expect(placed.once()).toMatchObject({ exit: 0 });
  expect(await placed.complaints('value-0001')).toEqual([]);
}

async function start(directory: string): Promise<PlacedHost> {
  const placed = await PlacedHost.startBelow(directory);
  expect(placed.once()).toMatchObject({ exit: 0, stderr: '' });
  return placed;
}

class Bench {
  readonly #part: Part;
  readonly #disk: SmallDisk;
  readonly #placed: PlacedHost;
  #count = 0;

  private constructor(part: Part, disk: SmallDisk, placed: PlacedHost) {
    this.#part = part;
    this.#disk = disk;
    this.#placed = placed;
  }

  static async start(part: Part): Promise<Bench> {
    const disk = new SmallDisk();
    const elsewhere = temporaryDirectory();
    const place = (name: string, ...small: readonly Part[]) =>
      join(small.includes(part) ? disk.path : elsewhere, name);
    const placed = await PlacedHost.start({
      phpFpm: place('fpm.d', 'both files', 'php-fpm file'),
      shell: place('profile.d', 'both files'),
      state: place('reconcile', 'state'),
    });
    const bench = new Bench(part, disk, placed);
    expect(placed.once({ env: bench.#env() })).toMatchObject({ exit: 0, stderr: '' });
    return bench;
  }

  fill(pages: number): void {
    this.#disk.fill(pages);
  }

  /** What stood on the disk is gone with it. */
  shrink(size: string): void {
    this.#disk.replace(size);
    for (const path of this.#placed.paths) mkdirSync(dirname(path), { recursive: true });
  }

  /** A commit that meets a disk without space, then one run with space. */
  async tryRun(
    prepare: () => void,
  ): Promise<{ readonly exit: number | null; readonly complaints: readonly string[] }> {
    const placed = this.#placed;
    this.#count += 1;
    const value = `value-${String(this.#count).padStart(4, '0')}`;
    await placed.set(value);
    prepare();
    const before = placed.observe();
    const run = placed.once({ env: this.#env() });
    const after = placed.observe();
    this.#disk.makeRoom();
    const next = placed.once({ env: this.#env() });
    const now = placed.observe();
    const isUntouched = after.join() === before.join();
    const isComplete = after.join() === now.join();
    const complaints = [
      ...(EXITS.includes(run.exit) ? [] : [`ended with ${run.exit}: ${run.stderr}`]),
      ...(isUntouched || isComplete ? [] : [`neither nothing nor all was done: ${JSON.stringify(after)}`]),
      ...(run.exit === 0 && !isComplete ? ['said done, and was not'] : []),
      ...((run.exit === 17 || run.exit === 19) && !isUntouched
        ? [`wrote, and said with ${run.exit}: ${run.stderr}`]
        : []),
      ...(next.exit === 0 ? [] : [`with space, the run ended with ${next.exit}: ${next.stderr}`]),
      ...(await placed.complaints(value)),
    ];
    return { exit: run.exit, complaints };
  }

  #env(): Readonly<Record<string, string>> {
    return this.#part === 'TMPDIR' ? { TMPDIR: this.#disk.path } : {};
  }
}
