import type { RunEvent } from '../core/daemon/report.ts';
import { describeRun } from '../core/daemon/status-line.ts';
import type { Listener, Supervisor, Trigger } from '../ports/daemon.ts';
import type { Pulse } from './pulse.ts';

/**
 * Tells who started the daemon that it is ready, when the first run is over, however that went: what it lacks then may be a
 * server that is away. After each run tells how it went, and in between, as often as he wants to hear it, that the
 * daemon turns; one that hangs keeps silent, and is started anew by him.
 */
export function supervisorListener(supervisor: Supervisor, pulse: Pulse): Listener {
  let beat: NodeJS.Timeout | undefined;
  let isReady = false;
  const begin = (): void => {
    isReady = true;
    const { intervalMs } = supervisor;
    if (intervalMs === null) return;
    beat = setInterval(() => {
      if (pulse.isBeating) supervisor.tell({ WATCHDOG: '1' });
    }, intervalMs);
  };
  return {
    hear(event: RunEvent) {
      const STATUS = describeRun(event);
      supervisor.tell(isReady ? { STATUS } : { READY: '1', STATUS });
      if (!isReady) begin();
    },
    async close() {
      clearInterval(beat);
      await supervisor.close();
    },
  };
}

/** Tells that the daemon is about to end, as soon as that is asked for. */
export async function tellEnd(supervisor: Supervisor, ended: Promise<void>): Promise<void> {
  await ended;
  supervisor.tell({ STOPPING: '1' });
}

/** A trigger whose asks are reloads of the daemon in the eyes of who started it: each is over with the run that answers it. */
export function tellReloads(supervisor: Supervisor, trigger: Trigger): Trigger {
  return {
    start: (ask) =>
      trigger.start(async (reason) => {
        supervisor.tell({ RELOADING: '1' });
        try {
          return await ask(reason);
        } finally {
          supervisor.tell({ READY: '1' });
        }
      }),
  };
}
