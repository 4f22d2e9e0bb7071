import { ReconcileError } from '../core/errors.ts';
import type { World } from './world.ts';

/**
 * Lets the branch go on from `commit`, which must be its tip now, so that nobody accepts a commit that he has not seen.
 * Throws USAGE when it is not, or another run is at work; what the source and the ledger throw.
 */
export async function acceptRewind(world: World, commit: string): Promise<void> {
  const release = world.lock.acquire();
  if (release === null) throw new ReconcileError('USAGE', 'a run is at work; try again when it has ended');
  try {
    const tip = await world.source.probe();
    if (tip !== commit)
      throw new ReconcileError('USAGE', `the branch points to ${tip}, not to ${commit}; nothing was changed`);
    world.ledger.write({ ...world.ledger.read(), highWater: commit });
  } finally {
    release();
  }
}
