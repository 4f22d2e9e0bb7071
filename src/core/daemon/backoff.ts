import type { Reason } from './reason.ts';

/** How often runs failed in a row, and when the last one ended (ms since 1970). */
export interface Failures {
  readonly count: number;
  readonly lastAt: number;
}

export const NO_FAILURES: Failures = { count: 0, lastAt: 0 };

const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 15 * 60_000;

/** After one more run. */
export function countFailure({ count }: Failures, isFailure: boolean, now: Date): Failures {
  return isFailure ? { count: count + 1, lastAt: now.getTime() } : NO_FAILURES;
}

/**
 * Whether a run that was only asked for by the clock waits: 10 s after the first failure, twice as long after each further
 * one, at most a quarter of an hour. Whatever knows of something new never waits. A clock that was set back ends the wait.
 */
export function isTooSoon(reasons: ReadonlySet<Reason>, { count, lastAt }: Failures, now: Date): boolean {
  if (count === 0 || [...reasons].some((reason) => reason !== 'poll')) return false;
  const sinceMs = now.getTime() - lastAt;
  return sinceMs >= 0 && sinceMs < Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_WAIT_MS);
}
