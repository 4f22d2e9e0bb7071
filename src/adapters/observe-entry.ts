import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import type { ObservedFile, ObstacleType } from '../core/types.ts';
import type { Directory } from './directory.ts';

/** What chmod(2) sets; the rest of st_mode is the type. */
export const PERMISSION_BITS = 0o7777;

/** The last part of a destination's path. Throws DESTINATION_UNSAFE for a path that names no file. */
export function splitDestination(path: string): string {
  const name = basename(path);
  if (!path.startsWith('/') || path.endsWith('/') || name === '..' || name === '.' || name.includes('\0')) {
    throw new ReconcileError('DESTINATION_UNSAFE', `${path} is not the absolute path of a file`);
  }
  return name;
}

/** What stands under a name: a link is never followed, a fifo never waited for. Throws node's own errors. */
export function observeEntry(directory: Directory, name: string): ObservedFile {
  const stats = lstatSync(directory.at(name), { throwIfNoEntry: false });
  if (stats === undefined) return { kind: 'absent' };
  if (!stats.isFile()) return { kind: 'obstacle', type: obstacleType(stats) };
  const fd = openEntry(directory, name);
  try {
    return observeDescriptor(fd);
  } finally {
    closeSync(fd);
  }
}

/** Opens a regular file for reading; throws ELOOP for a link and does not wait for a fifo that took its place. */
export function openEntry(directory: Directory, name: string): number {
  return openSync(directory.at(name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
}

/** Bytes and attributes of an open file, from the descriptor alone. */
export function observeDescriptor(fd: number): ObservedFile {
  const stats = fstatSync(fd);
  if (!stats.isFile()) return { kind: 'obstacle', type: obstacleType(stats) };
  const { uid, gid } = stats;
  return { kind: 'file', bytes: readFileSync(fd), mode: stats.mode & PERMISSION_BITS, uid, gid };
}

function obstacleType(stats: Stats): ObstacleType {
  if (stats.isSymbolicLink()) return 'symlink';
  if (stats.isDirectory()) return 'directory';
  if (stats.isFIFO()) return 'fifo';
  return stats.isSocket() ? 'socket' : 'device';
}
