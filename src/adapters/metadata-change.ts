import { closeSync, fchmodSync, fchownSync, fstatSync, fsyncSync } from 'node:fs';
import type { DesiredFile, ObservedFile } from '../core/types.ts';
import type { Directory } from './directory.ts';
import type { FileChange } from './file-change.ts';
import { observeDescriptor, openEntry, PERMISSION_BITS } from './observe-entry.ts';

interface Work {
  readonly desired: DesiredFile;
  readonly before: ObservedFile & { readonly kind: 'file' };
  readonly directory: Directory;
  readonly name: string;
}

type Attributes = Pick<DesiredFile, 'mode' | 'uid' | 'gid'>;

/** Corrects mode and owner of a file whose bytes are right, through one descriptor: no rename, no new inode. */
export class MetadataChange implements FileChange {
  readonly path: string;
  readonly before: ObservedFile;
  readonly #work: Work;
  #fd: number | null = null;

  constructor(work: Work) {
    this.path = work.desired.path;
    this.before = work.before;
    this.#work = work;
  }

  stage(): void {
    this.#fd = openEntry(this.#work.directory, this.#work.name);
  }

  observe(): ObservedFile {
    return observeDescriptor(this.#opened());
  }

  commit(): void {
    correct(this.#opened(), this.#work.before.mode, this.#work.desired);
  }

  settle(): void {
    fsyncSync(this.#opened());
  }

  /** On a read-only file system the first call failed and there is nothing to put back. */
  undo(): void {
    const { mode, uid, gid } = fstatSync(this.#opened());
    const { before, desired } = this.#work;
    if ((mode & PERMISSION_BITS) === before.mode && uid === before.uid && gid === before.gid) return;
    correct(this.#opened(), desired.mode, before);
    fsyncSync(this.#opened());
  }

  close(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    closeSync(this.#work.directory.fd);
  }

  #opened(): number {
    if (this.#fd === null) throw new Error(`${this.path}: used before it was staged`);
    return this.#fd;
  }
}

/**
 * Narrows the mode before the owner changes, so that the file is at no instant readable to more people than before
 * and after; the mode again at the end, because chown(2) clears set-id bits.
 */
function correct(fd: number, mode: number, target: Attributes): void {
  if ((mode & target.mode) !== mode) fchmodSync(fd, mode & target.mode);
  fchownSync(fd, target.uid, target.gid);
  fchmodSync(fd, target.mode);
}
