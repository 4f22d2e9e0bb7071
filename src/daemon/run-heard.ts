import type { RunReport } from '../core/daemon/report.ts';
import { reportThrown } from '../core/daemon/report.ts';
import { secondsBetween } from '../core/seconds-between.ts';
import type { Outcome } from '../core/types.ts';
import type { Listener } from '../ports/daemon.ts';
import type { Clock } from '../ports.ts';
import { makeReport } from '../reconcile/account.ts';

export interface Audience {
  readonly listeners: readonly Listener[];
  readonly clock: Clock;
}

/** Carries out one run for itself and has everybody hear how it ended, also where it threw. Throws what the run throws. */
export async function runHeard<Ended extends { readonly outcome: Outcome }>(
  { listeners, clock }: Audience,
  run: () => Promise<Ended>,
): Promise<Ended> {
  const at = clock.now();
  const tell = (report: RunReport): void => {
    const seconds = secondsBetween(at, clock.now());
    for (const listener of listeners) listener.hear({ reasons: ['request'], at, seconds, report });
  };
  try {
    const ended = await run();
    tell(makeReport(ended.outcome, false));
    return ended;
  } catch (error) {
    tell(reportThrown(error));
    throw error;
  }
}
