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

async function healLastGood(world: World, failure: Failure, lastGood: Desired): Promise<Outcome> {
  const { head, error } = failure;
  try {
    return fail(head, error, await settle(world, lastGood));
  } catch (second) {
    if (!(second instanceof ReconcileError)) throw second;
    const message = `${error.message}; keeping the last good state failed as well: ${second.message}`;
    return fail(head, new ReconcileError(second.code, message, { cause: second }));
  }
}

async function undo(world: World, failure: Failure, lastGood: Desired): Promise<Outcome> {
  const { head, wanted, error } = failure;
  rememberHeld(world, wanted, error.message);
  world.log.event('info', 'restoring', { held: wanted.commit, reason: error.message });
  try {
    const settled = await settle(world, lastGood);
    const message = `commit ${head.commit?.slice(0, 12)} was undone: ${error.message}; the state before it is back and proven`;
    return fail(head, new ReconcileError('APPLY_UNDONE', message, { cause: error }), settled);
  } catch (second) {
    if (!(second instanceof ReconcileError)) throw second;
    const message = `${error.message}; going back failed as well: ${second.message}`;
    return fail(head, new ReconcileError('RELOAD_UNPROVEN', message, { cause: second }));
  }
}
