import type { ReconcileError } from '../core/errors.ts';
import type { Outcome } from '../core/types.ts';
import type { Head } from './head.ts';
import type { Settled } from './settle.ts';

/** What a run that touched nothing has to tell. */
export const NOTHING_DONE = {
  commit: null,
  changes: [],
  reloads: 0,
  secrets: [],
  error: null,
  complaints: [],
} as const;

/** Another run holds the lock; it takes the newest commit, so there is nothing to do here. */
export function busy(): Outcome {
  return { kind: 'busy', ...NOTHING_DONE };
}

/** The run failed with nothing done, or with `settled` done all the same. */
export function fail(head: Head | null, error: ReconcileError, settled?: Settled): Outcome {
  const { commit, complaints } = head ?? NOTHING_DONE;
  return { kind: 'failed', ...NOTHING_DONE, ...settled, commit, complaints, error };
}

/** The host is in the wanted state; that is a success only where the head was wanted. */
export function conclude(head: Head, settled: Settled): Outcome {
  if (head.error !== null) return fail(head, head.error, settled);
  const didNothing = settled.changes.length === 0 && settled.reloads === 0;
  const kind = didNothing ? 'in-sync' : 'applied';
  return { kind, ...settled, commit: head.commit, error: null, complaints: head.complaints };
}
