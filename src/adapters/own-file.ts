import type { Stats } from 'node:fs';
import { closeSync, fstatSync, fsyncSync, linkSync, lstatSync, readFileSync, renameSync } from 'node:fs';
import type { FileContent } from './atomic-file.ts';
import { makeTemporaryName, removeEntry, replaceFile, stageFile } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import { errnoOf } from './errno.ts';
import { openEntry } from './observe-entry.ts';

/**
 * A file of the program's own, in a directory of its own; null when there is none. Throws node's own errors, and an
 * error for what is no regular file of ours.
 */
export function readOwnFile(directory: Directory, name: string): Buffer | null {
  return useOwnFile(directory, name, (fd) => readFileSync(fd));
}

/** As `readOwnFile`, for those that do not want all of it. */
export function useOwnFile<T>(
  directory: Directory,
  name: string,
  use: (fd: number, stats: Stats) => T,
): T | null {
  try {
    const fd = openEntry(directory, name);
    try {
      return use(fd, statOwnFile(fd, name));
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** An open file of the program's own. Throws an error for what is no regular file of ours. */
export function statOwnFile(fd: number, name: string): Stats {
  const stats = fstatSync(fd);
  if (!stats.isFile() || stats.uid !== process.geteuid?.())
    throw new Error(`${name} is no file of this user`);
  return stats;
}

/** Replaces it atomically and durably, readable to this user alone. Throws node's own errors. */
export function writeOwnFile(directory: Directory, name: string, bytes: Uint8Array): void {
  replaceFile(directory, name, ownContent(bytes));
}

/**
 * Creates it unless it is there, atomically and durably. Of several processes one wins, because link(2) refuses a
 * name that is taken; the others find its file.
 */
export function createOwnFile(directory: Directory, name: string, bytes: Uint8Array): void {
  const { temporary } = stageFile(directory, name, ownContent(bytes));
  try {
    linkSync(directory.at(temporary), directory.at(name));
  } catch (error) {
    // Another process has made it, or has made it and swept ours away.
    if (!['EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    removeEntry(directory, temporary);
  }
  fsyncSync(directory.fd);
}

/** Gives a file a further name, in the place of whatever has it. Throws node's own errors. */
export function linkOver(directory: Directory, name: string, further: string): void {
  // Between two names of one file rename(2) does nothing, and would leave the temporary one.
  if (inodeOf(directory, name) === inodeOf(directory, further)) return;
  const temporary = makeTemporaryName(further);
  linkSync(directory.at(name), directory.at(temporary));
  try {
    renameSync(directory.at(temporary), directory.at(further));
  } catch (error) {
    removeEntry(directory, temporary);
    throw error;
  }
}

function inodeOf(directory: Directory, name: string): number | undefined {
  return lstatSync(directory.at(name), { throwIfNoEntry: false })?.ino;
}

function ownContent(bytes: Uint8Array): FileContent {
  return { bytes, mode: 0o600, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
