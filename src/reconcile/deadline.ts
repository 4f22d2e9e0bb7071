import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../core/errors.ts';
import type { Outcome } from '../core/types.ts';
import { fail } from './outcome.ts';

export interface RunLimit {
  readonly ms: number;
  /** Ends what the run has started. */
  endPrograms(): void;
}

/**
 * A run and its deadline, whichever comes first. A run that is late is given up with its programs: the process must
 * end then, as if it had been killed, and the next run finishes the work.
 */
export async function endInTime(run: Promise<Outcome>, limit: RunLimit): Promise<Outcome> {
  const timer = new AbortController();
  try {
    return await Promise.race([run, giveUp(limit, timer.signal)]);
  } finally {
    timer.abort();
  }
}

async function giveUp({ ms, endPrograms }: RunLimit, signal: AbortSignal): Promise<Outcome> {
  await sleep(ms, undefined, { signal });
  endPrograms();
  const message = `the run did not end within ${ms / 1000} s (limits.run_seconds)`;
  return fail(null, new ReconcileError('DEADLINE', message));
}
