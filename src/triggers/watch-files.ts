import type { FSWatcher } from 'node:fs';
import { statSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Watch } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';

export interface FileWatchOptions {
  /** Absolute paths of files, which need not be there. */
  readonly paths: readonly string[];
  /** Several changes within so long are one. */
  readonly quietMs: number;
  /** A directory that came, went or was replaced is noticed within this time: inotify(7) watches inodes, not paths. */
  readonly recheckMs?: number;
  readonly log: Log;
}

const RECHECK_MS = 10_000;

/**
 * Calls `tell` when one of the files is written, replaced, made or removed, however that is done. Watches their directories,
 * because a file that is replaced is another one. What the kernel does not tell (a network file system, too many events)
 * is left to the next poll.
 */
export function watchFiles(options: FileWatchOptions, tell: () => void): Watch {
  const names = groupByDirectory(options.paths);
  let timer: NodeJS.Timeout | undefined;
  const change = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      tell();
    }, options.quietMs);
  };
  const watches = [...names].map(
    ([path, files]) => new DirectoryWatch(path, { files, change, log: options.log }),
  );
  const recheck = setInterval(() => {
    if (watches.filter((each) => each.renew()).length > 0) change();
  }, options.recheckMs ?? RECHECK_MS);
  return {
    async stop() {
      clearInterval(recheck);
      clearTimeout(timer);
      for (const each of watches) each.close();
    },
  };
}

function groupByDirectory(paths: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const groups = new Map<string, Set<string>>();
  for (const path of paths) {
    const names = groups.get(dirname(path)) ?? new Set();
    groups.set(dirname(path), names.add(basename(path)));
  }
  return groups;
}

interface Wanted {
  readonly files: ReadonlySet<string>;
  readonly change: () => void;
  readonly log: Log;
}

class DirectoryWatch {
  readonly #path: string;
  readonly #wanted: Wanted;
  #watcher: FSWatcher | null = null;
  #identity: string | null = null;

  constructor(path: string, wanted: Wanted) {
    this.#path = path;
    this.#wanted = wanted;
    this.renew();
  }

  /** Watches what has the path now. Whether that is something else than before. */
  renew(): boolean {
    const identity = identify(this.#path);
    if (identity === this.#identity) return false;
    this.close();
    this.#identity = identity;
    if (identity !== null) this.#open();
    return true;
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    this.#identity = null;
  }

  #open(): void {
    const { files, change } = this.#wanted;
    try {
      this.#watcher = watch(this.#path, (_event, name) => {
        if (name === null || files.has(name)) change();
      });
      this.#watcher.on('error', (error) => this.#fail(error));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.#wanted.log.event('warning', 'unwatched', { path: this.#path, reason });
    this.#watcher?.close();
    this.#watcher = null; // the identity stays, so that it is told once
  }
}

/** A directory that is made anew often gets the inode number of the one before. */
function identify(path: string): string | null {
  try {
    const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
    return `${dev} ${ino} ${birthtimeNs}`;
  } catch {
    return null; // it is not there, or not for us to see
  }
}
