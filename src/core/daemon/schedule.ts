import { jitterOf } from './jitter.ts';

/** When a daemon asks the repository by itself. */
export type Schedule =
  | { readonly kind: 'every'; readonly ms: number }
  /** Each host so much later than the expression says, at most. */
  | { readonly kind: 'cron'; readonly expression: string; readonly jitterMs: number };

/** How long until the next of the moments that are `everyMs` apart; they are a host's own, and the same after a restart. */
export function untilNext(everyMs: number, host: string, now: Date): number {
  const sinceMs = (now.getTime() + everyMs - jitterOf(host, everyMs)) % everyMs;
  return everyMs - sinceMs;
}
