import { ReconcileError } from '../core/errors.ts';
import type { Outcome } from '../core/types.ts';
import { closeBooks } from './books.ts';
import { readHead, UNASKED } from './head.ts';
import { recallLastGood } from './last-good.ts';
import { busy, conclude, fail, paused } from './outcome.ts';
import { recover } from './recover.ts';
import { settle } from './settle.ts';
import { sweep } from './sweep.ts';
import type { World } from './world.ts';

/**
 * One run: brings the host to the head of the repository, or keeps it at the last good state and says why.
 *
 * Foreseen failures come back in the outcome; only bugs are thrown. A run that is killed at any instant leaves a
 * debt in the ledger, and the next run finishes the work.
 */
export async function reconcile(world: World): Promise<Outcome> {
  const release = world.lock.acquire();
  if (release === null) return busy();
  try {
    return await reconcileLocked(world);
  } catch (error) {
    if (error instanceof ReconcileError) return fail(null, error);
    throw error;
  } finally {
    release();
  }
}

async function reconcileLocked(world: World): Promise<Outcome> {
  const restraint = world.restraints.current();
  if (restraint?.kind === 'paused') return paused();
  sweep(world);
  const head = restraint === null ? await readHead(world) : UNASKED;
  const wanted = head.desired ?? recallLastGood(world);
  if (wanted === null) return conclude(head, null);
  const settled = await settle(world, wanted);
  const { error } = settled;
  const ended = error === null ? { head, error, settled } : await recover(world, { head, error, settled });
  return closeBooks(world, ended);
}
