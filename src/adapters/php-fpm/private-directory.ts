import { lstatSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';

const NAME = 'php-env-reconciler-trial-';
/** Nothing works in such a directory for longer than a fraction of this. */
const LEFT_OVER_MS = 5 * 60_000;

/**
 * Gives `work` an empty directory that only we can enter, and removes it afterwards, whatever happens; also those that a
 * killed run has left behind. A system call that fails in it (disk full, no permission) is the host's fault: throws
 * ENVIRONMENT_BROKEN.
 */
export async function withPrivateDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  try {
    const directory = mkdtempSync(resolve(tmpdir(), NAME)); // 0700, mkdtemp(3)
    try {
      removeLeftOvers(directory);
      return await work(directory);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  } catch (error) {
    throw toEnvironmentError(error);
  }
}

function toEnvironmentError(error: unknown): unknown {
  const isSystemError = error instanceof Error && 'syscall' in error && 'code' in error;
  if (!isSystemError) return error;
  const message = `php-fpm cannot be tried in a private directory: ${String(error.syscall)} failed (${String(error.code)})`;
  return new ReconcileError('ENVIRONMENT_BROKEN', message, { cause: error });
}

/** Those of ours in which nothing has changed for minutes; the new one tells the time. */
function removeLeftOvers(current: string): void {
  const now = statSync(current).mtimeMs;
  for (const name of readdirSync(resolve(tmpdir())).filter((each) => each.startsWith(NAME))) {
    const path = resolve(tmpdir(), name);
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat?.isDirectory() || stat.uid !== process.geteuid?.() || now - stat.mtimeMs < LEFT_OVER_MS)
      continue;
    rmSync(path, { recursive: true, force: true });
  }
}
