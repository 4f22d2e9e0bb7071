import { untilNext } from '../core/daemon/schedule.ts';
import type { Trigger } from '../ports/daemon.ts';
import type { Clock } from '../ports.ts';

export interface PollOptions {
  readonly everyMs: number;
  /** Name of the host, which chooses its moments. */
  readonly host: string;
  readonly clock: Clock;
}

/** Asks again and again. The wait is found out anew each time, so that a clock that was set does not shift the moments. */
export function pollTrigger({ everyMs, host, clock }: PollOptions): Trigger {
  const wait = () => untilNext(everyMs, host, clock.now());
  /** A timer may fire a millisecond early: the moment that it was for is over all the same. */
  const waitAgain = () => {
    const ms = wait();
    return ms < everyMs / 2 ? ms + everyMs : ms;
  };
  return {
    start(ask) {
      let timer = setTimeout(tick, wait());
      function tick(): void {
        timer = setTimeout(tick, waitAgain());
        void ask('poll');
      }
      return { stop: async () => clearTimeout(timer) };
    },
  };
}
