import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

const PAGE = 4096;
const ROOMY = '4m';

/** A tmpfs that can be nearly full, where the kernel and our rights allow one. Gone when the running test ends. */
export class SmallDisk {
  readonly path: string;

  constructor() {
    const directory = mkdtempSync(join(tmpdir(), 'test-disk-'));
    chmodSync(directory, 0o711); // workers of a rehearsal go through
    this.path = join(directory, 'disk');
    mkdirSync(this.path);
    onTestFinished(() => {
      spawnSync('umount', ['-l', this.path]);
      rmSync(directory, { recursive: true, force: true });
    });
    this.replace(ROOMY);
  }

  /** An empty one of this size, as mount(8) writes it, in the place of the one before. */
  replace(size: string): void {
    spawnSync('umount', [this.path]);
    call('mount', '-t', 'tmpfs', '-o', `size=${size},mode=755`, 'tmpfs', this.path);
  }

  /** Leaves so many pages of 4 kB free. */
  fill(freePages: number): void {
    const { bavail, bsize } = statfsSync(this.path);
    writeFileSync(join(this.path, 'ballast'), Buffer.alloc(Math.max(0, bavail * bsize - freePages * PAGE)));
  }

  /** Space for everything, and what is on the disk stays. */
  makeRoom(): void {
    rmSync(join(this.path, 'ballast'), { force: true });
    call('mount', '-o', `remount,size=${ROOMY}`, this.path);
  }
}

/** Why none can be made here, or null. */
export function whyNoSmallDisk(): string | null {
  const path = mkdtempSync(join(tmpdir(), 'test-disk-'));
  try {
    call('mount', '-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', path);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    spawnSync('umount', [path]);
    rmSync(path, { recursive: true, force: true });
  }
}

function call(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
