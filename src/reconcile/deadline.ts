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
  const message = `the run did not end within ${limit.ms / 1000} s (limits.run_seconds)`;
  return await giveUpLate(run, limit, () => fail(null, new ReconcileError('DEADLINE', message)));
}

/** The same for any work; `makeLate` gives, or throws, what stands for work that was given up. */
export async function giveUpLate<T>(work: Promise<T>, limit: RunLimit, makeLate: () => T): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([work, wait(limit, timer.signal).then(makeLate)]);
  } finally {
    timer.abort();
  }
}

async function wait({ ms, endPrograms }: RunLimit, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
  endPrograms();
}
