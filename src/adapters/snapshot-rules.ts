import { escapeControls } from '../core/redact.ts';
import type { RejectedPath, Snapshot } from '../core/types.ts';

/** Bounds of what is read of one commit. */
export interface SnapshotLimits {
  readonly fileBytes: number;
  readonly files: number;
  /** Of all files together. */
  readonly totalBytes: number;
  /** Parts of a path, the file name counted. */
  readonly depth: number;
  /** Of one pack of objects, which is read into memory whole. */
  readonly packBytes: number;
}

/** Far above any real config repository, and far below what hurts a host. */
export const SNAPSHOT_LIMITS: SnapshotLimits = {
  fileBytes: 1024 * 1024,
  files: 10_000,
  totalBytes: 64 * 1024 * 1024,
  depth: 10,
  packBytes: 256 * 1024 * 1024,
};

export type EntryType = 'file' | 'directory' | 'symlink' | 'submodule' | 'special';

/** The entries at the top that mean something; all others are left alone, whatever they are. */
export const WANTED: ReadonlySet<string> = new Set([
  'reconcile.yaml',
  'hosts.yaml',
  'variables.yaml',
  'env',
  'templates',
  'secrets',
  'expected',
]);

const PATH_BYTES = 255;
/** No part of it begins with a dot: nearly every path there is, and found out at once. */
const PLAIN = /^[\w@+=-][\w.@+=-]*(?:\/[\w@+=-][\w.@+=-]*)*$/;

/**
 * Collects one snapshot under one set of rules, wherever it is read from: plain files with plain, distinct names in
 * bounded number, size and depth. Whatever breaks a rule is listed as rejected, with why, and is never read.
 */
export class SnapshotDraft {
  readonly #limits: SnapshotLimits;
  readonly #files = new Map<string, Uint8Array>();
  readonly #rejected: RejectedPath[] = [];
  readonly #seen = new Set<string>();
  #admitted = 0;
  #bytes = 0;

  constructor(limits: SnapshotLimits) {
    this.#limits = limits;
  }

  /** Whether a file shall be read or a directory descended into; a refusal is noted. */
  admit(path: string, type: EntryType): boolean {
    const slash = path.indexOf('/');
    if (!WANTED.has(slash < 0 ? path : path.slice(0, slash))) return false;
    const folded = path.toLowerCase();
    const why = refusePath(path) ?? refuseType(type) ?? this.#refuseExcess(path, folded, type);
    this.#seen.add(folded);
    if (why !== null) this.reject(path, why);
    return why === null;
  }

  /** Notes what is not read for a reason that only the reader knows. A name may hold line ends and terminal sequences. */
  reject(path: string, why: string): void {
    this.#rejected.push({ path: escapeControls(path), why: escapeControls(why) });
  }

  /** Whether a file of this size may be read; a refusal is noted. */
  admitSize(path: string, bytes: number): boolean {
    const { fileBytes, totalBytes } = this.#limits;
    if (bytes > fileBytes) this.reject(path, `has ${bytes} bytes, more than ${fileBytes}`);
    else if (this.#bytes + bytes > totalBytes)
      this.reject(path, `is beyond the limit of ${totalBytes} bytes in all files`);
    else return true;
    return false;
  }

  add(path: string, bytes: Uint8Array): void {
    if (!this.admitSize(path, bytes.length)) return;
    this.#files.set(path, bytes);
    this.#bytes += bytes.length;
  }

  finish(commit: string | null): Snapshot {
    return { commit, files: this.#files, rejected: this.#rejected };
  }

  #refuseExcess(path: string, folded: string, type: EntryType): string | null {
    if (this.#seen.has(folded)) return 'differs from another entry by upper and lower case at most';
    if (countParts(path) > this.#limits.depth) return `is more than ${this.#limits.depth} levels deep`;
    if (type === 'file') this.#admitted++;
    return this.#admitted > this.#limits.files ? `is beyond the limit of ${this.#limits.files} files` : null;
  }
}

/** Without a list of the parts: it is asked for every file of every commit. */
function countParts(path: string): number {
  let count = 1;
  for (let slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) count++;
  return count;
}

/**
 * Names that no file system and no tool reads in two ways. A tree can hold others: a plain `git fetch` accepts
 * entries named `..`, `.git` or `a/../../b`, and names with newlines (git 2.39).
 */
function refusePath(path: string): string | null {
  if (path.length <= PATH_BYTES && PLAIN.test(path)) return null;
  if (Buffer.byteLength(path) > PATH_BYTES) return `is longer than ${PATH_BYTES} bytes`;
  const parts = path.split('/');
  if (parts.some((part) => part === '.' || part === '..' || part.toLowerCase() === '.git'))
    return 'is an unsafe path';
  if (parts.every((part) => /^[A-Za-z0-9._@+=-]+$/.test(part))) return null;
  return 'has a character other than letters, digits and ._@+=-';
}

/** The mode of a tree entry decides: git and isomorphic-git both call a link's text a blob. */
function refuseType(type: EntryType): string | null {
  switch (type) {
    case 'file':
    case 'directory':
      return null;
    case 'symlink':
      return 'is a symbolic link';
    case 'submodule':
      return 'is a submodule';
    case 'special':
      return 'is no regular file';
  }
}
