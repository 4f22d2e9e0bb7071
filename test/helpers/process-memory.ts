import { readFileSync } from 'node:fs';

/** Fields of proc_pid_status(5): what is resident now, at most so far, and what no file stands behind. */
type Field = 'VmRSS' | 'VmHWM' | 'RssAnon';

/** Memory of a process in KiB. Throws where it has ended. */
export function readMemoryKib(pid: number, field: Field): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? 0);
}
