import { setTimeout as sleep } from 'node:timers/promises';

/** How one try to tell somebody went. */
export type Attempt = { readonly kind: 'taken' } | Refused;

export interface Refused {
  readonly kind: 'refused';
  /** Without a secret. */
  readonly why: string;
  /** Whether the same may be taken later. */
  readonly mayHelp: boolean;
  /** How long to wait at least, as the server asks; null: it says nothing. */
  readonly afterMs: number | null;
}

/** Longest time of one try. */
export const TRY_MS = 10_000;
/** Between three tries. */
const WAITS_MS: readonly number[] = [1_000, 5_000];
const LONGEST_WAIT_MS = 30_000;

/** A try that is of no use again. */
export function refuse(why: string): Refused {
  return { kind: 'refused', why, mayHelp: false, afterMs: null };
}

/**
 * Tries up to three times, or once more than there are waits, and until the deadline. Null: it was taken. Else why not, as
 * the last try found.
 */
export async function tryUntilTaken(
  attempt: (signal: AbortSignal) => Promise<Attempt>,
  deadline: AbortSignal,
  waitsMs: readonly number[] = WAITS_MS,
): Promise<string | null> {
  for (let tries = 0; ; tries++) {
    const made = await attempt(AbortSignal.any([deadline, AbortSignal.timeout(TRY_MS)]));
    if (made.kind === 'taken') return null;
    const waitMs = waitsMs[tries];
    if (!made.mayHelp || waitMs === undefined) return made.why;
    await pause(Math.min(Math.max(waitMs, made.afterMs ?? 0), LONGEST_WAIT_MS), deadline);
    if (deadline.aborted) return made.why;
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined); // the caller looks at the signal
}
