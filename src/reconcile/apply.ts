import { isDeepStrictEqual } from 'node:util';
import { ReconcileError } from '../core/errors.ts';
import { makePlan } from '../core/plan.ts';
import type { Change, Plan } from '../core/types.ts';
import { activate } from './activate.ts';
import { checkCandidate } from './candidate.ts';
import { rememberOwed, rememberPrepared } from './memory.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/** What was done, and how many reloads were proven. */
export interface Applied {
  readonly changes: readonly Change[];
  readonly reloads: number;
}

/**
 * Carries out a plan: proves the content before anything is written, writes the debt before the first rename,
 * and leaves it there until php-fpm is proven to run what is on disk.
 *
 * Throws by code: nothing was written (REHEARSAL_FAILED, CANDIDATE_REFUSED, ENVIRONMENT_BROKEN, SERVICE_ORPHANED,
 * STATE_UNUSABLE, EDITED_MEANWHILE before the rename), everything was put back (WRITE_FAILED), or the reload stays
 * owed (TREE_BROKEN, RELOAD_UNPROVEN, EDITED_MEANWHILE after it).
 */
export async function applyPlan(world: World, plan: Plan): Promise<Applied> {
  await checkCandidate(world, plan);
  await installOwing(world, plan);
  const reloads = await activate(world, plan);
  confirmUnedited(world, plan);
  return { changes: plan.changes, reloads };
}

/** Mode, owner and the shell file need no reload, so they make no debt. */
async function installOwing(world: World, plan: Plan): Promise<void> {
  const owedBefore = world.ledger.read().owed;
  await rememberPrepared(world, plan);
  try {
    world.files.install(plan.changes);
    world.log.event('info', 'installed', { paths: plan.changes.map((change) => change.desired.path) });
  } catch (error) {
    // Where all files are as they were, only what was owed before is owed now; the files say so, not the error.
    const isForeseen = error instanceof ReconcileError && error.code !== 'UNDO_FAILED';
    if (isForeseen && plan.changes.every((change) => isAsBefore(world, change)))
      rememberOwed(world, owedBefore);
    throw error;
  }
}

function isAsBefore(world: World, { desired, before }: Change): boolean {
  return isDeepStrictEqual(world.files.observe(desired.path), before);
}

/** An edit between the rename and the re-exec may be what php-fpm loaded: then the debt stays. */
function confirmUnedited(world: World, plan: Plan): void {
  const edited = makePlan(plan.desired, observeAll(world, plan.desired), false);
  const paths =
    edited?.changes.filter((change) => change.kind !== 'metadata').map((change) => change.desired.path) ?? [];
  if (paths.length > 0)
    throw new ReconcileError('EDITED_MEANWHILE', `${paths.join(' and ')} changed during the run`);
}
