import { closeSync, fsyncSync, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import { ReconcileError } from '../core/errors.ts';
import type { DesiredFile, ObservedFile } from '../core/types.ts';
import type { FileContent, Staged } from './atomic-file.ts';
import { makeTemporaryName, removeEntry, stageFile } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import type { FileChange } from './file-change.ts';
import { observeEntry } from './observe-entry.ts';

interface Work {
  readonly desired: DesiredFile;
  readonly before: ObservedFile;
  readonly directory: Directory;
  readonly name: string;
}

/**
 * Creates, replaces or removes a file. The displaced file is kept aside as a second link of its inode, so that
 * putting it back takes no space and gives back the very file.
 */
export class ContentChange implements FileChange {
  readonly path: string;
  readonly before: ObservedFile;
  readonly #work: Work;
  #staged: Staged | null = null;
  #aside: string | null = null;
  #isCommitted = false;

  constructor(work: Work) {
    this.path = work.desired.path;
    this.before = work.before;
    this.#work = work;
  }

  stage(): void {
    const { desired, before, directory, name } = this.#work;
    if (desired.bytes !== null)
      this.#staged = stageFile(directory, name, { ...desired, bytes: desired.bytes });
    if (before.kind === 'file') this.#aside = keepAside(directory, name, before);
  }

  observe(): ObservedFile {
    return observeEntry(this.#work.directory, this.#work.name);
  }

  commit(): void {
    const { directory, name } = this.#work;
    if (this.#staged === null) unlinkSync(directory.at(name));
    else renameSync(directory.at(this.#staged.temporary), directory.at(name));
    this.#isCommitted = true;
  }

  settle(): void {
    fsyncSync(this.#work.directory.fd);
    if (this.#isOurs()) return;
    throw new ReconcileError('EDITED_MEANWHILE', `${this.path} was replaced by somebody else right after us`);
  }

  /** Leaves alone what somebody else has put there since. */
  undo(): void {
    if (!this.#isCommitted || !this.#isOurs()) return;
    const { directory, name } = this.#work;
    if (this.#aside === null) removeEntry(directory, name);
    else renameSync(directory.at(this.#aside), directory.at(name));
    fsyncSync(directory.fd);
  }

  close(): void {
    for (const name of [this.#staged?.temporary ?? null, this.#aside]) {
      try {
        if (name !== null) removeEntry(this.#work.directory, name);
      } catch {
        // A temporary that stays does no harm, and must not hide how the install ended.
      }
    }
    closeSync(this.#work.directory.fd);
  }

  #isOurs(): boolean {
    const { directory, name } = this.#work;
    const inode = lstatSync(directory.at(name), { throwIfNoEntry: false })?.ino;
    return inode === this.#staged?.inode;
  }
}

/** Where the file system has no links (or not for this file), a complete copy does, at the price of its space. */
function keepAside(directory: Directory, name: string, before: FileContent): string {
  const aside = makeTemporaryName(name);
  try {
    linkSync(directory.at(name), directory.at(aside));
    return aside;
  } catch {
    // Gone, immutable, a mount point, no links here: the copy works or tells the same, and the rename tells why.
    return stageFile(directory, name, before).temporary;
  }
}
