import { readControlGroups } from '../process-table.ts';
import { runProgram } from '../processes.ts';

/** A unit of the system's systemd, and what its `Restart=` says. */
export interface ServiceUnit {
  readonly name: string;
  readonly restart: string;
}

const DEADLINE_MS = 5000;

/**
 * The unit whose main process this is, systemctl(1). Null where systemd does not run, does not answer, or has started
 * something else that started this process: a terminal, a test, a container engine.
 */
export async function readServiceUnit(pid: number): Promise<ServiceUnit | null> {
  const name = findUnit(readControlGroups(pid));
  if (name === null) return null;
  const args = ['show', '--property=Restart,MainPID', '--', name];
  const shown = await runProgram('systemctl', args, { deadlineMs: DEADLINE_MS }).catch(() => null); // not installed
  return shown?.exitCode === 0 ? parseUnit(name, shown.stdout, pid) : null;
}

/** The service below system.slice in which a process of these control groups runs. */
export function findUnit(groups: readonly string[]): string | null {
  return (
    groups.map((path) => /^\/system\.slice\/(?:.*\/)?([^/]+\.service)$/.exec(path)?.[1]).find(Boolean) ?? null
  );
}

/** Reads what `systemctl show` printed; null where another process is the unit's main one. */
export function parseUnit(name: string, shown: string, pid: number): ServiceUnit | null {
  const properties = new Map(
    shown.split('\n').map((line) => [line.split('=')[0] ?? '', line.slice(line.indexOf('=') + 1)]),
  );
  const restart = properties.get('Restart');
  return restart === undefined || properties.get('MainPID') !== String(pid) ? null : { name, restart };
}
