import { readdirSync, readlinkSync } from 'node:fs';
import { readCommandLine, readExecutable, readListenAddresses } from '../../src/adapters/process-table.ts';
import { waitFor } from './wait-for.ts';

/** Ends every process of the php-fpm in this directory. */
export async function killPhpFpm(dir: string): Promise<void> {
  await waitFor('php-fpm to end', () => {
    const pids = processesOf(dir);
    for (const pid of pids) killIfThere(pid);
    return pids.length === 0;
  });
}

function processesOf(dir: string): readonly number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => Number.isInteger(pid) && pid !== process.pid && belongsTo(pid, dir));
}

/** By its configuration, its sockets or its log: a worker of a daemonized master has nothing but its socket. */
function belongsTo(pid: number, dir: string): boolean {
  if (!readExecutable(pid)?.includes('php-fpm')) return false;
  const named = readCommandLine(pid).some((argument) => argument.includes(`${dir}/`));
  return (
    named || (readListenAddresses(pid) ?? []).some((path) => path.startsWith(`${dir}/`)) || logsTo(pid, dir)
  );
}

function logsTo(pid: number, dir: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/fd/2`).startsWith(`${dir}/`);
  } catch {
    return false; // it ended while we looked, or is not ours to look at
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it ended by itself
  }
}
