import type { Trigger } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';
import { watchFiles } from './watch-files.ts';

/** An editor writes several times; a hand edit is healed within a second all the same. */
const QUIET_MS = 150;

/** Asks when somebody changes one of the destinations. Our own writes ask too, and are found to be right. */
export function driftTrigger(paths: readonly string[], log: Log): Trigger {
  return { start: (ask) => watchFiles({ paths, quietMs: QUIET_MS, log }, () => void ask('drift')) };
}
