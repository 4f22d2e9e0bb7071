import { ReconcileError } from '../core/errors.ts';
import { makePlan } from '../core/plan.ts';
import type { Change, Desired, LedgerRecord, Plan } from '../core/types.ts';
import type { Applied } from './apply.ts';
import { applyPlan } from './apply.ts';
import { observeAll, phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

/** What came of the way to a wanted state. Without an error the host is in it, and php-fpm is proven to be. */
export interface Settled {
  readonly wanted: Desired;
  readonly changes: readonly Change[];
  readonly reloads: number;
  /** The php-fpm that is proven to run it; null when none runs. */
  readonly incarnation: string | null;
  readonly error: ReconcileError | null;
  /** Names whose values are masked wherever the changes are shown. */
  readonly secrets: readonly string[];
}

/** Runs that began content and were cut off, before the content itself is suspected (facts/reliability.md B.5). */
const ATTEMPTS = 3;

/**
 * Brings the host to `wanted`, whatever state a former run left it in. Restoring is nothing else than settling on the
 * last good state. Foreseen failures are in the answer.
 */
export async function settle(world: World, wanted: Desired): Promise<Settled> {
  const record = world.ledger.read();
  const secrets = [...wanted.secrets, ...(record.lastGood?.secrets ?? [])];
  try {
    checkAttempts(record, wanted);
    const plan = await planRun(world, wanted, record);
    const { commit } = wanted;
    const reload = plan?.reload ?? 'none';
    world.log.event('info', 'planned', { commit, changes: plan?.changes.length ?? 0, reload });
    const applied = plan === null ? inSync(record, wanted) : await applyPlan(world, plan);
    return { wanted, secrets, ...applied };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { wanted, secrets, changes: [], reloads: 0, incarnation: null, error };
  }
}

/** Content that no run survives would be tried for ever: the power may fail at its reload, or the host run out of memory. */
function checkAttempts({ owed, lastGood }: LedgerRecord, { fingerprint }: Desired): void {
  if (owed === null || owed.fingerprint !== fingerprint || lastGood?.fingerprint === fingerprint) return;
  if (owed.attempts <= ATTEMPTS) return;
  const message = `${owed.attempts} runs began this content, and each was cut off before it could prove it`;
  throw new ReconcileError('RELOAD_UNPROVEN', message);
}

async function planRun(
  world: World,
  wanted: Desired,
  { owed, lastGood }: LedgerRecord,
): Promise<Plan | null> {
  const difference = makePlan(wanted, observeAll(world, wanted), owed !== null);
  return difference ?? (lastGood === null ? await planFirstProof(world, wanted) : null);
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

/** Nothing was done, so nothing was proven beyond what was known. */
function inSync({ lastGood }: LedgerRecord, { fingerprint }: Desired): Applied {
  const incarnation = lastGood?.fingerprint === fingerprint ? lastGood.incarnation : null;
  return { changes: [], reloads: 0, incarnation, error: null };
}
