import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import { readStat } from './process-table.ts';

const NAME = 'php-env-reconciler-trial-';
/** The process that works in it: pid and start, so that a pid that is used again is somebody else. */
const OWNED = new RegExp(`^${NAME}(\\d+)-(\\d+)-`);

/**
 * Gives `work` an empty directory that only we can enter, and removes it afterwards, whatever happens. A system call
 * that fails in it (disk full, no permission) is the host's fault: throws ENVIRONMENT_BROKEN.
 */
export async function withPrivateDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  try {
    const directory = mkdtempSync(resolve(tmpdir(), makePrefix())); // 0700, mkdtemp(3)
    try {
      return await work(directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  } catch (error) {
    throw toEnvironmentError(error);
  }
}

/** Removes the private directories of processes that are gone; they may hold values. Never throws. */
export function sweepPrivateDirectories(): void {
  for (const path of listPrivate().filter(isAbandoned)) {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // It holds nothing that is needed; the next run tries again.
    }
  }
}

function makePrefix(): string {
  return `${NAME}${process.pid}-${readStat('self')?.startTicks ?? 0}-`;
}

function listPrivate(): readonly string[] {
  try {
    const names = readdirSync(resolve(tmpdir())).filter((name) => name.startsWith(NAME));
    return names.map((name) => resolve(tmpdir(), name));
  } catch {
    return []; // without a directory for temporary files there is nothing to remove
  }
}

function isAbandoned(path: string): boolean {
  const [, pid, startTicks] = OWNED.exec(path.slice(path.lastIndexOf('/') + 1)) ?? [];
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (pid === undefined || !stat?.isDirectory() || stat.uid !== process.geteuid?.()) return false;
  return String(readStat(Number(pid))?.startTicks) !== startTicks;
}

function toEnvironmentError(error: unknown): unknown {
  const isSystemError = error instanceof Error && 'syscall' in error && 'code' in error;
  if (!isSystemError) return error;
  const message = `nothing can be tried in a private directory: ${String(error.syscall)} failed (${String(error.code)})`;
  return new ReconcileError('ENVIRONMENT_BROKEN', message, { cause: error });
}
