import type { Health } from '../core/daemon/health.ts';
import type { RunEvent } from '../core/daemon/report.ts';
import type { Listener } from '../ports/daemon.ts';
import type { Clock } from '../ports.ts';

/** Remembers how the runs of a daemon went, for whoever asks. */
export class HealthListener implements Listener {
  readonly #clock: Clock;
  #health: Health;
  #last: RunEvent | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#health = { since: clock.now(), lastSuccess: null, failure: null, owedSince: null };
  }

  get health(): Health {
    return this.#health;
  }

  /** Null: there was none yet. */
  get last(): RunEvent | null {
    return this.#last;
  }

  /** Another run on this host is neither good nor bad: it will tell by itself, and whoever hangs holds the lock for ever. */
  hear(event: RunEvent): void {
    this.#last = event;
    const { status, error } = event.report;
    if (status === 'busy') return;
    this.#health =
      error === null
        ? { ...this.#health, lastSuccess: this.#clock.now(), failure: null, owedSince: null }
        : { ...this.#health, failure: error.code };
  }

  /** The ledger does not say since when a reload is owed: it is counted from when it was seen first after a good run. */
  noteDebt(isOwed: boolean): void {
    const owedSince = isOwed ? (this.#health.owedSince ?? this.#clock.now()) : null;
    this.#health = { ...this.#health, owedSince };
  }
}
