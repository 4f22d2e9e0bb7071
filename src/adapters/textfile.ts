import { closeSync, constants, fchmodSync, openSync, renameSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Textfile } from '../ports/daemon.ts';
import { makeTemporaryName, removeEntry, sweepTemporaries, writeAll } from './atomic-file.ts';
import { describe } from './errno.ts';

const READABLE_BY_ALL = 0o644;

/** A file that node_exporter collects, at an absolute path that ends in `.prom`. */
export function openTextfile(path: string): Textfile {
  return {
    write(text) {
      try {
        sweepTemporaries(directoryOf(path), basename(path));
        replaceTextfile(path, text);
      } catch (error) {
        throw new Error(`cannot write ${path}: ${describe(error)}`, { cause: error });
      }
    },
  };
}

/**
 * Replaces the file by rename(2), so that a reader finds the whole old or the whole new one. It is not made durable: a pass
 * that finds nothing to do must not wait for a disk, and after a power cut the next one writes it anew. Throws node's own
 * errors; nothing is then left.
 */
export function replaceTextfile(path: string, text: string): void {
  const directory = directoryOf(path);
  const temporary = makeTemporaryName(basename(path));
  try {
    writeReadable(directory.at(temporary), text);
    renameSync(directory.at(temporary), path);
  } catch (error) {
    removeEntry(directory, temporary);
    throw error;
  }
}

function writeReadable(path: string, text: string): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
  const fd = openSync(path, flags, READABLE_BY_ALL);
  try {
    writeAll(fd, Buffer.from(text));
    fchmodSync(fd, READABLE_BY_ALL); // whatever the umask
  } finally {
    closeSync(fd);
  }
}

/** The collector's directory may belong to its user, so nothing but this one name in it is relied on. */
function directoryOf(path: string): { at(name: string): string } {
  return { at: (name) => join(dirname(path), name) };
}
