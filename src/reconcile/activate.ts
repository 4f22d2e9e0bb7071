import { ReconcileError } from '../core/errors.ts';
import type { Owed, Plan, ServiceState } from '../core/types.ts';
import type { Service } from '../ports.ts';
import { rememberSignal } from './memory.ts';
import { phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

type Running = ServiceState & { readonly kind: 'running' };
type NotRunning = Exclude<ServiceState, Running>;

/**
 * Makes php-fpm run what is on disk and proves it. Gives the number of reloads that were proven.
 *
 * Throws SERVICE_ORPHANED, TREE_BROKEN (no signal was sent) or RELOAD_UNPROVEN; the debt stays in each case.
 */
export async function activate(world: World, plan: Plan): Promise<number> {
  if (plan.reload === null || world.service === null) return 0;
  const state = await world.service.inspect();
  return state.kind === 'running'
    ? await proveReload(world, plan, state)
    : await proveStart(world, plan, state);
}

/**
 * Without a master nothing takes content over, so nothing is owed for it; but a master that ended at our signal must
 * come back, and what its orphans still answer is not what is on disk.
 */
async function proveStart(world: World, plan: Plan, state: NotRunning): Promise<number> {
  const service = world.service as Service;
  const { owed, lastGood } = world.ledger.read();
  const wasSignalled = owed?.phase === 'installed' && owed.incarnation !== null;
  if (wasSignalled && lastGood?.fingerprint !== plan.desired.fingerprint) {
    throw new ReconcileError('RELOAD_UNPROVEN', 'php-fpm ended at the reload and did not come back');
  }
  if (wasSignalled || owed?.phase === 'restoring') {
    await service.revive();
    await service.prove(null, phpFpmBytes(plan.desired));
    return 1;
  }
  if (state.kind === 'absent') return 0;
  throw new ReconcileError(
    'SERVICE_ORPHANED',
    `php-fpm workers without a master: pid ${state.pids.join(', ')}`,
  );
}

async function proveReload(world: World, plan: Plan, state: Running): Promise<number> {
  const service = world.service as Service;
  if (await isReloadedAlready(service, plan, { state, owed: world.ledger.read().owed })) return 0;
  const verdict = await service.testLive();
  if (!verdict.ok) {
    throw new ReconcileError(
      'TREE_BROKEN',
      `php-fpm -t fails on the configuration on disk: ${verdict.message}`,
    );
  }
  rememberSignal(world, plan, state.incarnation);
  world.log.event('info', 'reloading', { pid: state.pid });
  await service.reload(state, phpFpmBytes(plan.desired));
  world.log.event('info', 'proven', { pid: state.pid });
  return 1;
}

/** A run that was killed after its signal may have reloaded php-fpm already: then it needs the proof only. */
async function isReloadedAlready(
  service: Service,
  plan: Plan,
  evidence: { readonly state: Running; readonly owed: Owed | null },
): Promise<boolean> {
  const { state, owed } = evidence;
  if (owed?.phase !== 'installed' || owed.fingerprint !== plan.desired.fingerprint) return false;
  if (plan.reload !== 'owed' || owed.incarnation === null || owed.incarnation === state.incarnation)
    return false;
  try {
    await service.prove(owed.incarnation, phpFpmBytes(plan.desired));
    return true;
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'RELOAD_UNPROVEN') return false;
    throw error;
  }
}
