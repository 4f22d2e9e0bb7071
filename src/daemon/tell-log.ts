import type { RunEvent } from '../core/daemon/report.ts';
import type { Listener } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';

/** The same failure is told again after this time, and not at each poll. */
const REMINDER_MS = 60 * 60_000;

/** Tells the log of runs: what was changed, what failed, and that it is over; one line each. */
export function logListener(log: Log): Listener {
  return new LogListener(log);
}

class LogListener implements Listener {
  readonly #log: Log;
  /** The failure that was told last, and when; null: the last run went well. */
  #told: { readonly failure: string; readonly atMs: number } | null = null;

  constructor(log: Log) {
    this.#log = log;
  }

  hear(event: RunEvent): void {
    if (event.report.error === null) this.#tellSuccess(event);
    else this.#tellFailure(event, event.report.error);
  }

  #tellSuccess(event: RunEvent): void {
    if (this.#told !== null) this.#log.event('info', 'recovered', describe(event));
    this.#told = null;
    this.#log.event(event.report.summary === null ? 'debug' : 'info', 'run', describe(event));
  }

  #tellFailure(
    event: RunEvent,
    { code, message }: { readonly code: string; readonly message: string },
  ): void {
    const [failure, atMs] = [`${code} ${message}`, event.at.getTime()];
    const isKnown = this.#told?.failure === failure && Math.abs(atMs - this.#told.atMs) < REMINDER_MS;
    if (!isKnown) this.#told = { failure, atMs };
    this.#log.event(isKnown ? 'debug' : 'error', 'failed', { ...describe(event), code, message });
  }
}

function describe({ report, reasons, seconds }: RunEvent): Readonly<Record<string, unknown>> {
  const { status, commit, summary } = report;
  const fields = { status, commit, reasons: reasons.join(','), seconds };
  return summary === null ? fields : { ...fields, summary };
}
