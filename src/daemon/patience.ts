import type { Failures } from '../core/daemon/backoff.ts';
import { countFailure, isTooSoon, NO_FAILURES } from '../core/daemon/backoff.ts';
import type { Heals } from '../core/daemon/drift-guard.ts';
import { countHeal, isFought } from '../core/daemon/drift-guard.ts';
import type { Reason } from '../core/daemon/reason.ts';
import type { RunEvent } from '../core/daemon/report.ts';
import type { Log } from '../ports.ts';

/** Keeps a daemon from doing again and again what did not help. */
export class Patience {
  readonly #log: Log;
  #failures: Failures = NO_FAILURES;
  #heals: Heals = [];

  constructor(log: Log) {
    this.#log = log;
  }

  /** Whether nothing is done for these reasons now; the next poll may find it done all the same. */
  waits(reasons: ReadonlySet<Reason>, now: Date): boolean {
    const rest = new Set(reasons);
    if (rest.has('drift') && isFought(this.#heals, now)) rest.delete('drift');
    return rest.size === 0 || isTooSoon(rest, this.#failures, now);
  }

  take({ reasons, at, report }: RunEvent): void {
    this.#failures = countFailure(this.#failures, report.error !== null, at);
    if (!reasons.includes('drift') || report.changes.length === 0) return;
    this.#heals = countHeal(this.#heals, at);
    if (isFought(this.#heals, at)) this.#log.event('warning', 'fought', { paths: pathsOf(report.changes) });
  }
}

function pathsOf(changes: RunEvent['report']['changes']): string {
  return changes.map(({ path }) => path).join(',');
}
