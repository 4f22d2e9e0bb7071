import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import type { Directory } from './directory.ts';
import { errnoOf } from './errno.ts';
import { readRandomBytes } from './randomness.ts';

/** A file as it shall stand: `mode` is permission bits, e.g. 0o640. */
export interface FileContent {
  readonly bytes: Uint8Array;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A complete, durable file under a temporary name, to be renamed. */
export interface Staged {
  readonly temporary: string;
  readonly inode: number;
}

/**
 * Replaces one entry of a directory by a complete file, durable when the call returns: at any instant, and after a
 * power cut, the name is the whole old or the whole new file with its final mode and owner.
 *
 * Throws node's own errors; the entry is then as before, unless the very last step (fsync of the directory) failed.
 * Does not look at what it replaces.
 */
export function replaceFile(directory: Directory, name: string, content: FileContent): void {
  const staged = stageFile(directory, name, content);
  try {
    renameSync(directory.at(staged.temporary), directory.at(name));
  } catch (error) {
    removeEntry(directory, staged.temporary);
    throw error;
  }
  fsyncSync(directory.fd);
}

/**
 * Writes a complete file beside its destination: O_EXCL and no link followed, in a loop because one write may be
 * short on a full disk (tmpfs and btrfs report success), the length checked, owner before mode because chown(2)
 * clears set-id bits, then fsync. On any error nothing is left.
 */
export function stageFile(directory: Directory, name: string, content: FileContent): Staged {
  const temporary = makeTemporaryName(name);
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(directory.at(temporary), flags, 0o600);
  try {
    writeAll(fd, content.bytes);
    fchownSync(fd, content.uid, content.gid);
    fchmodSync(fd, content.mode);
    fsyncSync(fd);
    return { temporary, inode: fstatSync(fd).ino };
  } catch (error) {
    removeEntry(directory, temporary);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/** Unlinks an entry; one that is gone already is no error. */
export function removeEntry(directory: Pick<Directory, 'at'>, name: string): void {
  try {
    unlinkSync(directory.at(name));
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}

/**
 * `.<name>.<16 hex>.tmp`: matches neither `*.conf` of a php-fpm include nor `*.sh` of profile.d, and nobody can
 * guess it.
 */
export function makeTemporaryName(name: string): string {
  return `.${name}.${readRandomBytes(8).toString('hex')}.tmp`;
}

/** Removes the temporaries that a killed run left for `name` (null: for any name); never anything else. */
export function sweepTemporaries(directory: Pick<Directory, 'at'>, name: string | null): void {
  for (const entry of readdirSync(directory.at('.'))) {
    const owner = /^\.(.+)\.[0-9a-f]{16}\.tmp$/.exec(entry)?.[1];
    if (owner === undefined || (name !== null && owner !== name)) continue;
    if (lstatSync(directory.at(entry), { throwIfNoEntry: false })?.isFile()) removeEntry(directory, entry);
  }
}

/**
 * Writes bytes from a position to the end of the file, whatever it takes, and checks the size of the file. A position is
 * given with each write: it makes them pwrite64(2), which a test can fail without hitting node itself.
 */
export function writeAll(fd: number, bytes: Uint8Array, start = 0): void {
  let written = 0;
  while (written < bytes.length) {
    const count = writeSync(fd, bytes, written, bytes.length - written, start + written);
    if (count === 0) throw new Error('the file system took no more bytes');
    written += count;
  }
  const size = fstatSync(fd).size;
  if (size !== start + bytes.length)
    throw new Error(`wrote to byte ${start + bytes.length}, the file has ${size}`);
}
