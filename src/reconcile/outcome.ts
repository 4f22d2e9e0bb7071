import type { ReconcileError } from '../core/errors.ts';
import type { Outcome } from '../core/types.ts';
import type { Head } from './head.ts';
import type { Settled } from './settle.ts';

/** How the work of a run ended. The host is where `settled` says, whatever the error. */
export interface Ended {
  readonly head: Head;
  readonly settled: Settled;
  /** Why the host is not at the head of the repository, as far as the work itself failed. */
  readonly error: ReconcileError | null;
}

const NOTHING_DONE = {
  commit: null,
  environment: null,
  content: null,
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

/** Somebody asked that nothing is done here for some time. */
export function paused(): Outcome {
  return { kind: 'paused', ...NOTHING_DONE };
}

/** The run failed with nothing done, or with `settled` done all the same. */
export function fail(head: Head | null, error: ReconcileError, settled?: Settled): Outcome {
  const { commit, environment, complaints } = head ?? NOTHING_DONE;
  return { kind: 'failed', ...describe(settled ?? null), commit, environment, complaints, error };
}

/** The host is in the wanted state, or nothing is wanted; that is a success only where the head was. */
export function conclude(head: Head, settled: Settled | null): Outcome {
  if (head.error !== null) return fail(head, head.error, settled ?? undefined);
  const done = describe(settled);
  const kind = done.changes.length === 0 && done.reloads === 0 ? 'in-sync' : 'applied';
  const { commit, environment, complaints } = head;
  return { kind, ...done, commit, environment, error: null, complaints };
}

function describe(settled: Settled | null): Pick<Outcome, 'content' | 'changes' | 'reloads' | 'secrets'> {
  if (settled === null) return NOTHING_DONE;
  const { wanted, changes, reloads, secrets } = settled;
  return { content: wanted.commit, changes, reloads, secrets };
}
