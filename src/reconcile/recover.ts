import { ReconcileError } from '../core/errors.ts';
import type { Desired } from '../core/types.ts';
import { recallLastGood } from './last-good.ts';
import { rememberHeld } from './memory.ts';
import type { Ended } from './outcome.ts';
import type { Settled } from './settle.ts';
import { settle } from './settle.ts';
import type { World } from './world.ts';

/** A run that could not settle on what it wanted. */
type Failed = Ended & { readonly error: ReconcileError };

/**
 * What follows a failed run: content that php-fpm refused before anything was written leaves the last good state,
 * which is healed; content that php-fpm did not take over live is held and the last good state put back;
 * after anything else the next run tries again.
 */
export async function recover(world: World, failed: Failed): Promise<Ended> {
  const lastGood = recallLastGood(world);
  if (lastGood === null || lastGood.fingerprint === failed.settled.wanted.fingerprint) return failed;
  switch (failed.error.code) {
    case 'REHEARSAL_FAILED':
    case 'CANDIDATE_REFUSED':
      return await healLastGood(world, failed, lastGood);
    case 'RELOAD_UNPROVEN':
      return await undo(world, failed, lastGood);
    default:
      return failed;
  }
}

async function healLastGood(world: World, { head, error }: Failed, lastGood: Desired): Promise<Ended> {
  const settled = await settle(world, lastGood);
  if (settled.error === null) return { head, settled, error };
  return { head, settled, error: joinErrors(error, settled.error, 'keeping the last good state') };
}

async function undo(world: World, failed: Failed, lastGood: Desired): Promise<Ended> {
  const { head, error } = failed;
  const { wanted } = failed.settled;
  const commit = wanted.commit?.slice(0, 12);
  await rememberHeld(world, wanted, error.message);
  world.log.event('info', 'restoring', { held: wanted.commit, reason: error.message });
  const settled = await settle(world, lastGood);
  if (settled.error !== null) return { head, settled, error: stillOwed(error, settled) };
  const message = `commit ${commit} was undone: ${error.message}; the state before it is back and proven`;
  return { head, settled, error: new ReconcileError('APPLY_UNDONE', message, { cause: error }) };
}

function stillOwed(first: ReconcileError, { error }: Settled): ReconcileError {
  const { message } = joinErrors(first, error ?? first, 'going back');
  return new ReconcileError('RELOAD_UNPROVEN', message, { cause: error });
}

/** A second failure is told together with the first, and says what happens next. */
function joinErrors(first: ReconcileError, second: ReconcileError, deed: string): ReconcileError {
  const message = `${first.message}; ${deed} failed as well: ${second.message}`;
  return new ReconcileError(second.code, message, { cause: second });
}
