import { writeSync } from 'node:fs';
import type { Supervisor } from '../../ports/daemon.ts';
import type { Log } from '../../ports.ts';
import { formatState } from './format-state.ts';

/**
 * Tells systemd by a descriptor that it has passed, a datagram socket that is connected to it: `OpenFile=` of systemd 253 and
 * newer. It costs no process, and systemd knows the sender.
 */
export function descriptorSupervisor(fd: number, { intervalMs, log }: Telling): Supervisor {
  let isTold = false;
  return {
    intervalMs,
    tell(state) {
      try {
        writeSync(fd, formatState(state));
      } catch (error) {
        if (!isTold) log.event('warning', 'untold', { reason: String(error) });
        isTold = true;
      }
    },
    close: async () => undefined,
  };
}

/** What both ways of telling share. */
export interface Telling {
  /** See `Supervisor`. */
  readonly intervalMs: number | null;
  readonly log: Log;
}
