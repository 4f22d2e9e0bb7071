import { makePlan } from '../core/plan.ts';
import type { Desired } from '../core/types.ts';
import { recallApplied, recallLastGood } from './last-good.ts';
import { observeAll } from './observe.ts';
import { probeHead } from './probe-head.ts';
import type { World } from './world.ts';

/** A host on which a run would find nothing to do. */
export interface SettledHost {
  /** The head of the repository; null where it is not asked for now. */
  readonly commit: string | null;
}

/**
 * Finds out whether a run would have nothing to do, with one question to the repository and without reading it: the commit is
 * live, no reload is owed, and all files are as they were left. Null: a run has to find out. Writes nothing but
 * the contact. Throws what the source throws.
 */
export async function findSettled(world: World): Promise<SettledHost | null> {
  const restraint = world.restraints.current();
  if (restraint?.kind === 'paused') return { commit: null };
  if (restraint !== null) return isKept(world, recallLastGood(world)) ? { commit: null } : null;
  const commit = await probeHead(world);
  return isKept(world, recallApplied(world, commit)) ? { commit } : null;
}

function isKept(world: World, wanted: Desired | null): boolean {
  const { owed, untold } = world.ledger.read();
  if (wanted === null || owed !== null || untold.length > 0) return false;
  return makePlan(wanted, observeAll(world, wanted), false) === null;
}
