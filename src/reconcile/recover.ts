import { ReconcileError } from '../core/errors.ts';
import type { Desired, Outcome } from '../core/types.ts';
import type { Head } from './head.ts';
import { recallLastGood, rememberHeld } from './memory.ts';
import { fail } from './outcome.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/** A run that could not settle on what it wanted. */
export interface Failure {
  readonly head: Head;
  readonly wanted: Desired;
  readonly error: ReconcileError;
}

/**
 * What follows a failed run: content that php-fpm refused before anything was written leaves the last good state,
 * which is healed; content that php-fpm did not take over live is held and the last good state put back;
 * after anything else the next run tries again.
 */
export async function recover(world: World, failure: Failure): Promise<Outcome> {
  const { head, wanted, error } = failure;
  const lastGood = recallLastGood(world);
  if (lastGood === null || lastGood.fingerprint === wanted.fingerprint) return fail(head, error);
  switch (error.code) {
    case 'REHEARSAL_FAILED':
    case 'CANDIDATE_REFUSED':
      return await healLastGood(world, failure, lastGood);
    case 'RELOAD_UNPROVEN':
      return await undo(world, failure, lastGood);
    default:
      return fail(head, error);
  }
}

async function healLastGood(world: World, { head, error }: Failure, lastGood: Desired): Promise<Outcome> {
  try {
    return fail(head, error, await settle(world, lastGood));
  } catch (second) {
    return fail(head, joinErrors(error, second, 'keeping the last good state'));
  }
}

async function undo(world: World, { head, wanted, error }: Failure, lastGood: Desired): Promise<Outcome> {
  rememberHeld(world, wanted, error.message);
  world.log.event('info', 'restoring', { held: wanted.commit, reason: error.message });
  try {
    const settled = await settle(world, lastGood);
    const commit = head.commit?.slice(0, 12);
    const message = `commit ${commit} was undone: ${error.message}; the state before it is back and proven`;
    return fail(head, new ReconcileError('APPLY_UNDONE', message, { cause: error }), settled);
  } catch (second) {
    const joined = joinErrors(error, second, 'going back');
    return fail(head, new ReconcileError('RELOAD_UNPROVEN', joined.message, { cause: second }));
  }
}

/** A second failure is told together with the first, and says what happens next. Throws what nobody foresaw. */
function joinErrors(first: ReconcileError, second: unknown, deed: string): ReconcileError {
  if (!(second instanceof ReconcileError)) throw second;
  const message = `${first.message}; ${deed} failed as well: ${second.message}`;
  return new ReconcileError(second.code, message, { cause: second });
}
