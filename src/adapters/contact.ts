import { closeSync, constants, existsSync, futimesSync, openSync } from 'node:fs';
import type { Contact } from '../ports.ts';
import { ensureDirectory } from './directory.ts';
import { errnoOf } from './errno.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { statOwnFile } from './own-file.ts';

const FILE = 'contact';

/**
 * The time of an empty file in the state directory. It is not made durable: a run that finds nothing to do must not wait
 * for a disk, and after a power cut an older time is as good.
 */
export function fileContact(stateDir: string): Contact {
  return {
    note(at) {
      ensureDirectory(stateDir, OWN_DIRECTORY);
      inOwnDirectory(stateDir, `cannot note the contact in ${stateDir}/${FILE}`, (directory) =>
        touch(directory.at(FILE), at),
      );
    },
    last: () => (existsSync(stateDir) ? readTime(stateDir) : null),
  };
}

function touch(path: string, at: Date): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = openSync(path, flags, 0o600);
  try {
    statOwnFile(fd, FILE);
    futimesSync(fd, at, at);
  } finally {
    closeSync(fd);
  }
}

function readTime(stateDir: string): Date | null {
  return inOwnDirectory(stateDir, `cannot read ${stateDir}/${FILE}`, (directory) => {
    try {
      const fd = openSync(
        directory.at(FILE),
        constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
      );
      try {
        return statOwnFile(fd, FILE).mtime;
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  });
}
