import type { RunEvent } from '../core/daemon/report.ts';

/** How long the run that brought a commit is the answer to those who ask for it. */
const RECENT_MS = 60_000;

/**
 * Whoever asks for a run because of a push is often late: the daemon saw it too, and has brought the commit already. The
 * answer is then the run that did it, not the look that found nothing to do.
 */
export class RecentRun {
  #last: RunEvent | null = null;

  /** What to answer with where `event` is what came of an ask. */
  answerWith(event: RunEvent | null): RunEvent | null {
    if (event === null) return null;
    const last = this.#last;
    if (event.report.summary !== null) this.#last = event;
    const isTold = event.report.status === 'in-sync' && last?.report.commit === event.report.commit;
    const sinceMs = event.at.getTime() - (last?.at.getTime() ?? 0);
    return isTold && last?.report.error === null && sinceMs >= 0 && sinceMs < RECENT_MS ? last : event;
  }
}
