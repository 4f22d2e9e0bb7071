import { ReconcileError } from '../core/errors.ts';
import type { Plan, ServiceState } from '../core/types.ts';
import type { Service } from '../ports.ts';
import { rememberSignal } from './memory.ts';
import { phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

type Running = ServiceState & { readonly kind: 'running' };
type NotRunning = Exclude<ServiceState, Running>;

/**
 * Makes php-fpm run what is on disk and proves it. Gives the number of reloads that were proven.
 *
 * Throws SERVICE_ORPHANED, SERVICE_DOWN, TREE_BROKEN or SIGNAL_FAILED (no signal was sent), RELOAD_UNPROVEN or
 * RELOAD_UNANSWERED; the debt stays in each case.
 */
export async function activate(world: World, plan: Plan): Promise<number> {
  const { service } = world;
  if (plan.reload === null || service === null) return 0;
  const activation = { world, service, plan };
  const state = await service.inspect();
  return state.kind === 'running'
    ? await proveReload(activation, state)
    : await proveStart(activation, state);
}

interface Activation {
  readonly world: World;
  readonly service: Service;
  readonly plan: Plan;
}

/**
 * Without a master nothing takes content over, so nothing is owed for it; but a master that ended at our signal must
 * come back.
 */
async function proveStart(activation: Activation, state: NotRunning): Promise<number> {
  const { world, service, plan } = activation;
  const { owed, lastGood } = world.ledger.read();
  const wasSignalled = owed?.phase === 'installed' && owed.incarnation !== null;
  if (wasSignalled || owed?.phase === 'restoring') {
    const isTried = await service.revive();
    const isSuspect = isTried && wasSignalled && owed.fingerprint === plan.desired.fingerprint;
    if (lastGood?.fingerprint !== plan.desired.fingerprint) return await proveNewStart(activation, isSuspect);
    await service.prove(null, phpFpmBytes(plan.desired));
    return 1;
  }
  if (state.kind === 'absent') return 0;
  const pids = state.pids.join(', ');
  throw new ReconcileError('SERVICE_ORPHANED', `php-fpm workers without a master: pid ${pids}`);
}

/**
 * Nobody knows why php-fpm is down: somebody may have stopped it, or the power failed. So new content is neither blamed
 * nor taken for proven, unless it is the content that was signalled, and php-fpm does not start with it.
 */
async function proveNewStart({ service, plan }: Activation, isSuspect: boolean): Promise<number> {
  try {
    await service.prove(null, phpFpmBytes(plan.desired));
    return 1;
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    if (isSuspect) {
      await checkTree(service);
      throw error;
    }
    const message = `php-fpm ended at an earlier reload and is not back: ${error.message}`;
    throw new ReconcileError('SERVICE_DOWN', message, { cause: error });
  }
}

async function proveReload(activation: Activation, state: Running): Promise<number> {
  const { world, service, plan } = activation;
  if (await needsProofOnly(activation, state)) return 0;
  await checkTree(service);
  rememberSignal(world, plan, state.incarnation);
  world.log.event('info', 'reloading', { pid: state.pid });
  await service.reload(state, phpFpmBytes(plan.desired));
  world.log.event('info', 'proven', { pid: state.pid });
  return 1;
}

async function checkTree(service: Service): Promise<void> {
  const verdict = await service.testLive();
  if (verdict.ok) return;
  const message = `php-fpm -t fails on the configuration on disk: ${verdict.message}`;
  throw new ReconcileError('TREE_BROKEN', message);
}

/**
 * Whether the proof alone is missing: a php-fpm that was proven to run the last good content and has not read its
 * configuration since needs no reload to go back to it, and a run that was killed after its signal may have reloaded
 * php-fpm already.
 */
async function needsProofOnly(activation: Activation, state: Running): Promise<boolean> {
  const { world, plan } = activation;
  const { owed, lastGood } = world.ledger.read();
  const { fingerprint } = plan.desired;
  const isLastGood = lastGood?.fingerprint === fingerprint;
  if (owed === null || owed.incarnation === null) return false;
  if (owed.incarnation === state.incarnation)
    return owed.runs === 'last-good' && isLastGood && (await isProven(activation, null));
  if (owed.phase !== 'installed' || owed.fingerprint !== fingerprint || plan.reload !== 'owed') return false;
  if (isLastGood) return await isProven(activation, owed.incarnation);
  await proveSignalled(activation, owed.incarnation);
  return true;
}

/**
 * New content that php-fpm has read since the signal of a killed run is not signalled again: what is not proven by now
 * is to blame as in that run. Throws RELOAD_UNPROVEN, or TREE_BROKEN, which blames nobody.
 */
async function proveSignalled({ service, plan }: Activation, before: string): Promise<void> {
  try {
    await service.prove(before, phpFpmBytes(plan.desired));
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'RELOAD_UNPROVEN') await checkTree(service);
    throw error;
  }
}

async function isProven({ service, plan }: Activation, before: string | null): Promise<boolean> {
  try {
    await service.prove(before, phpFpmBytes(plan.desired));
    return true;
  } catch (error) {
    if (error instanceof ReconcileError && error.code === 'RELOAD_UNPROVEN') return false;
    throw error;
  }
}
