import { ReconcileError } from '../core/errors.ts';
import { makePlan } from '../core/plan.ts';
import type { Change, Desired, Plan } from '../core/types.ts';
import { applyPlan } from './apply.ts';
import { rememberSettled } from './memory.ts';
import { observeAll, phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

/** What it took to bring the host to a wanted state. */
export interface Settled {
  readonly changes: readonly Change[];
  readonly reloads: number;
  /** Names whose values are masked wherever the changes are shown. */
  readonly secrets: readonly string[];
}

/**
 * Brings the host to `desired`, whatever state a former run left it in, and remembers it as the last good one.
 * Restoring is nothing else than settling on the last good state.
 */
export async function settle(world: World, desired: Desired): Promise<Settled> {
  const { owed, lastGood } = world.ledger.read();
  const difference = makePlan(desired, observeAll(world, desired), owed !== null);
  const plan = difference ?? (lastGood === null ? await planFirstProof(world, desired) : null);
  const reload = plan?.reload ?? 'none';
  world.log.event('info', 'planned', { commit: desired.commit, changes: plan?.changes.length ?? 0, reload });
  const applied = plan === null ? { changes: [], reloads: 0 } : await applyPlan(world, plan);
  rememberSettled(world, desired);
  return { ...applied, secrets: [...desired.secrets, ...(lastGood?.secrets ?? [])] };
}

/** Files that are right at the first run say nothing of what php-fpm has read: it is asked, without a signal. */
async function planFirstProof(world: World, desired: Desired): Promise<Plan | null> {
  if ((await world.service?.inspect())?.kind !== 'running') return null;
  try {
    await world.service?.prove(null, phpFpmBytes(desired));
    return null;
  } catch (error) {
    if (!(error instanceof ReconcileError && error.code === 'RELOAD_UNPROVEN')) throw error;
    return { desired, changes: [], reload: 'owed' };
  }
}
