import { closeSync, constants, existsSync, futimesSync, openSync } from 'node:fs';
import type { Moment } from '../ports.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory } from './directory.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { statOwnFile, useOwnFile } from './own-file.ts';

/**
 * The time of an empty file in the state directory. It is not made durable: a run that finds nothing to do must not wait
 * for a disk, and after a power cut an older time is as good.
 */
export function fileMoment(stateDir: string, file: 'contact' | 'success'): Moment {
  return {
    note(at) {
      ensureDirectory(stateDir, OWN_DIRECTORY);
      inOwnDirectory(stateDir, `cannot note the ${file} in ${stateDir}/${file}`, (directory) =>
        touch(directory, file, at),
      );
    },
    last: () => (existsSync(stateDir) ? readTime(stateDir, file) : null),
  };
}

function touch(directory: Directory, file: string, at: Date): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = openSync(directory.at(file), flags, 0o600);
  try {
    statOwnFile(fd, file);
    futimesSync(fd, at, at);
  } finally {
    closeSync(fd);
  }
}

function readTime(stateDir: string, file: string): Date | null {
  return inOwnDirectory(stateDir, `cannot read ${stateDir}/${file}`, (directory) =>
    useOwnFile(directory, file, (_fd, { mtime }) => mtime),
  );
}
