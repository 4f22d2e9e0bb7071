import cron from 'node-cron';
import { jitterOf } from '../core/daemon/jitter.ts';
import { ReconcileError } from '../core/errors.ts';
import type { Trigger } from '../ports/daemon.ts';

export interface CronOptions {
  /** Five fields, or six with seconds first; in local time. */
  readonly expression: string;
  /** Each host asks so much later at most. */
  readonly jitterMs: number;
  /** Name of the host, which chooses how much. */
  readonly host: string;
}

/** Asks by a cron expression. Throws CONFIG_INVALID for one that nobody can follow. */
export function cronTrigger({ expression, jitterMs, host }: CronOptions): Trigger {
  if (!cron.validate(expression)) {
    const message = `schedule.cron: ${JSON.stringify(expression)} is no cron expression`;
    throw new ReconcileError('CONFIG_INVALID', message);
  }
  const delayMs = jitterOf(host, jitterMs);
  return {
    start(ask) {
      let timer: NodeJS.Timeout | undefined;
      const task = cron.schedule(expression, () => {
        clearTimeout(timer);
        timer = setTimeout(() => void ask('poll'), delayMs);
      });
      return {
        async stop() {
          clearTimeout(timer);
          await task.destroy();
        },
      };
    },
  };
}
