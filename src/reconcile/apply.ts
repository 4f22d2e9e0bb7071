import { isDeepStrictEqual } from 'node:util';
import { ReconcileError } from '../core/errors.ts';
import { makePlan } from '../core/plan.ts';
import type { Change, Plan } from '../core/types.ts';
import { activate } from './activate.ts';
import { checkCandidate } from './candidate.ts';
import { keepEdits } from './lost-edits.ts';
import { rememberPrepared, rememberUndone } from './memory.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/** What became of a plan: its changes are on the disk, also where `error` says that php-fpm did not follow. */
export interface Applied {
  readonly changes: readonly Change[];
  /** Reloads that were proven. */
  readonly reloads: number;
  /** The php-fpm that is proven to run it; null when none runs, or it is not proven. */
  readonly incarnation: string | null;
  readonly error: ReconcileError | null;
}

/**
 * Carries out a plan: proves the content before anything is written, writes the debt before the first rename,
 * and leaves it there until php-fpm is proven to run what is on disk.
 *
 * Throws by code when nothing is changed: nothing was written (REHEARSAL_FAILED, CANDIDATE_REFUSED,
 * ENVIRONMENT_BROKEN, SERVICE_ORPHANED, STATE_UNUSABLE, EDITED_MEANWHILE) or everything was put back (WRITE_FAILED).
 * After the swap the failure is in the answer, and the reload stays owed.
 */
export async function applyPlan(world: World, plan: Plan): Promise<Applied> {
  await checkCandidate(world, plan);
  await installOwing(world, plan);
  return await proveInstalled(world, plan);
}

/** Mode, owner and the shell file need no reload, so they make no debt. */
async function installOwing(world: World, plan: Plan): Promise<void> {
  const recordBefore = world.ledger.read();
  await rememberPrepared(world, plan);
  keepEdits(world, plan);
  try {
    world.files.install(plan.changes);
    world.log.event('info', 'installed', { paths: plan.changes.map((change) => change.desired.path) });
  } catch (error) {
    // Where all files are as they were, only what was owed before is owed now; the files say so, not the error.
    const isForeseen = error instanceof ReconcileError && error.code !== 'UNDO_FAILED';
    if (isForeseen && plan.changes.every((change) => isAsBefore(world, change)))
      rememberUndone(world, recordBefore);
    throw error;
  }
}

function isAsBefore(world: World, { desired, before }: Change): boolean {
  return isDeepStrictEqual(world.files.observe(desired.path), before);
}

async function proveInstalled(world: World, plan: Plan): Promise<Applied> {
  const { changes } = plan;
  try {
    const reloads = await activate(world, plan);
    const incarnation = await readProven(world, plan);
    confirmUnedited(world, plan);
    return { changes, reloads, incarnation, error: null };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { changes, reloads: 0, incarnation: null, error };
  }
}

/** What needs no reload leaves php-fpm with what it was proven to run before. */
async function readProven(world: World, plan: Plan): Promise<string | null> {
  if (plan.reload === null) return world.ledger.read().lastGood?.incarnation ?? null;
  const state = await world.service?.inspect();
  return state?.kind === 'running' && state.isCertain ? state.incarnation : null;
}

/** An edit between the rename and the re-exec may be what php-fpm loaded: then the debt stays. */
function confirmUnedited(world: World, plan: Plan): void {
  const edited = makePlan(plan.desired, observeAll(world, plan.desired), false);
  const paths =
    edited?.changes.filter((change) => change.kind !== 'metadata').map((change) => change.desired.path) ?? [];
  if (paths.length > 0)
    throw new ReconcileError('EDITED_MEANWHILE', `${paths.join(' and ')} changed during the run`);
}
