import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitFor } from '../helpers/wait-for.ts';

export type DiskKind = 'ext4' | 'xfs';

/** mkfs.xfs refuses less than 300 MB; the image is sparse. */
const SIZES: Readonly<Record<DiskKind, number>> = { ext4: 32 << 20, xfs: 320 << 20 };

/**
 * What a power cut finds of the journal: `lost` is all that no fsync has written; `written` is the moment some seconds
 * later, when the kernel has written the journal of its own accord, and not yet the data.
 */
export type Journal = 'lost' | 'written';

/** FS_IOC_SHUTDOWN with FS_SHUTDOWN_FLAGS_LOGFLUSH or _NOLOGFLUSH: the file system stops at once, as at a power cut. */
const CUT =
  'open(my $f, "<", $ARGV[0]) or die "open: $!"; my $v = pack("L", $ARGV[1]); ioctl($f, 0x8004587D, $v) or die "ioctl: $!"';

/** A file system of its own on a loop image, whose power can be cut. Gone when the running test ends. */
export class LoopDisk {
  readonly path: string;
  readonly #image: string;

  private constructor(directory: string) {
    this.path = join(directory, 'disk');
    this.#image = join(directory, 'image');
  }

  /** Makes and mounts it. Throws where this machine does not permit that. */
  static make(kind: DiskKind): LoopDisk {
    const directory = mkdtempSync(join(tmpdir(), 'test-disk-'));
    const disk = new LoopDisk(directory);
    onTestFinished(async () => {
      await disk.unmount().finally(() => rmSync(directory, { recursive: true, force: true }));
    });
    mkdirSync(disk.path);
    writeFileSync(disk.#image, '');
    truncateSync(disk.#image, SIZES[kind]);
    call(`mkfs.${kind}`, '-q', disk.#image);
    disk.mount();
    return disk;
  }

  mount(): void {
    call('mount', '-o', 'loop', this.#image, this.path);
  }

  /** Everything that was written so far is on the disk. */
  sync(): void {
    call('sync', '-f', this.path);
  }

  /** Cuts the power and starts again: the file system replays its journal. */
  async cutPower(journal: Journal): Promise<void> {
    call('perl', '-e', CUT, this.path, journal === 'written' ? '1' : '2');
    await this.unmount();
    this.mount();
  }

  /** Waits for what a killed run has left: a child in a mount namespace of its own keeps the disk as well. */
  async unmount(): Promise<void> {
    await waitFor(`${this.path} to be free`, () => {
      if (isMounted(this.path)) spawnSync('umount', [this.path]);
      return !isMounted(this.path) && !isAttached(this.#image);
    });
  }
}

/** Why no disk of this kind can be made here, or null. */
export function whyNoDisk(kind: DiskKind): string | null {
  const directory = mkdtempSync(join(tmpdir(), 'test-disk-'));
  const image = join(directory, 'image');
  const mountPoint = join(directory, 'disk');
  try {
    mkdirSync(mountPoint);
    writeFileSync(image, '');
    truncateSync(image, SIZES[kind]);
    call(`mkfs.${kind}`, '-q', image);
    call('mount', '-o', 'loop', image, mountPoint);
    call('perl', '-e', CUT, mountPoint, '2');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    spawnSync('umount', [mountPoint]);
    rmSync(directory, { recursive: true, force: true });
  }
}

function isMounted(path: string): boolean {
  return readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} `);
}

/** Whether a loop device still shows the image. */
function isAttached(image: string): boolean {
  return readdirSync('/sys/block').some((device) => {
    const file = join('/sys/block', device, 'loop', 'backing_file');
    return existsSync(file) && readFileSync(file, 'utf8').trim() === image;
  });
}

function call(program: string, ...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.trim()}`);
}
