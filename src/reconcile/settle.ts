import { ReconcileError } from '../core/errors.ts';
import { makePlan } from '../core/plan.ts';
import { sha256 } from '../core/sha256.ts';
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

async function planRun(world: World, wanted: Desired, record: LedgerRecord): Promise<Plan | null> {
  const plan = makePlan(wanted, observeAll(world, wanted), record.owed !== null);
  if ((plan !== null && plan.reload !== null) || wasProven(record, wanted)) return plan;
  const proof = await planFirstProof(world, wanted, record);
  return proof === null ? plan : { ...proof, changes: plan?.changes ?? [] };
}

/** Whether php-fpm was proven to run just this. What was only found on the disk was not. */
function wasProven({ lastGood }: LedgerRecord, wanted: Desired): boolean {
  if (lastGood === null || (lastGood.commit === null && lastGood.incarnation === null)) return false;
  const bytes = phpFpmBytes(wanted);
  const kept = lastGood.files.find((file) => file.target === 'php-fpm');
  return (kept?.sha256 ?? null) === (bytes === null ? null : sha256(bytes));
}

/**
 * Files that are right before we wrote them, at a first run or by somebody's hand, say nothing of what php-fpm has read:
 * it is asked, without a signal, unless it is known to run something else.
 */
async function planFirstProof(
  { service }: World,
  desired: Desired,
  { lastGood }: LedgerRecord,
): Promise<Plan | null> {
  const state = await service?.inspect();
  if (state?.kind !== 'running') return null;
  const reload: Plan = { desired, changes: [], reload: 'owed' };
  if (state.isCertain && state.incarnation === lastGood?.incarnation) return reload;
  try {
    await service?.prove(null, phpFpmBytes(desired));
    return null;
  } catch (error) {
    if (!(error instanceof ReconcileError && error.code === 'RELOAD_UNPROVEN')) throw error;
    return reload;
  }
}

/** Nothing was done, so nothing was proven beyond what was known. */
function inSync({ lastGood }: LedgerRecord, { fingerprint }: Desired): Applied {
  const incarnation = lastGood?.fingerprint === fingerprint ? lastGood.incarnation : null;
  return { changes: [], reloads: 0, incarnation, error: null };
}
