import cron from 'node-cron';
import { jitterOf } from '../core/daemon/jitter.ts';
import type { Schedule } from '../core/daemon/schedule.ts';
import { untilNext } from '../core/daemon/schedule.ts';
import { ReconcileError } from '../core/errors.ts';
import type { Clock, Trigger, Watch } from '../ports.ts';

export interface PollOptions {
  readonly schedule: Schedule;
  /** Name of the host, which chooses its moments. */
  readonly host: string;
  readonly clock: Clock;
}

/** Asks by the clock. Throws CONFIG_INVALID for a cron expression that nobody can follow. */
export function pollTrigger({ schedule, host, clock }: PollOptions): Trigger {
  if (schedule.kind === 'every') {
    const wait = () => untilNext(schedule.ms, host, clock.now());
    return { start: (ask) => repeat(wait, () => void ask('poll')) };
  }
  const { expression, jitterMs } = schedule;
  if (!cron.validate(expression)) {
    const message = `schedule.cron: ${JSON.stringify(expression)} is no cron expression`;
    throw new ReconcileError('CONFIG_INVALID', message);
  }
  return { start: (ask) => followCron(expression, jitterOf(host, jitterMs), () => void ask('poll')) };
}

/** The wait is found out anew each time, so that a clock that was set does not shift the moments. */
function repeat(wait: () => number, work: () => void): Watch {
  let timer = setTimeout(tick, wait());
  function tick(): void {
    timer = setTimeout(tick, wait());
    work();
  }
  return { stop: async () => clearTimeout(timer) };
}

function followCron(expression: string, delayMs: number, work: () => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  const task = cron.schedule(expression, () => {
    clearTimeout(timer);
    timer = setTimeout(work, delayMs);
  });
  return {
    async stop() {
      clearTimeout(timer);
      await task.destroy();
    },
  };
}
