import { ReconcileError } from '../core/errors.ts';
import type { Plan, TestVerdict } from '../core/types.ts';
import type { Service } from '../ports.ts';
import type { World } from './world.ts';

/**
 * Proves new php-fpm content before a byte of it is written: php-fpm is well and would give it to its pools, a private
 * php-fpm gives every value back, and the real configuration passes `-t` with it. Blame needs a difference: a tree that
 * fails without the candidate as well is ENVIRONMENT_BROKEN, and nobody is blamed.
 */
export async function checkCandidate(world: World, plan: Plan): Promise<void> {
  const change = plan.changes.find((each) => each.desired.target === 'php-fpm' && each.kind !== 'metadata');
  if (change === undefined || world.service === null) return;
  const { service } = world;
  const { bytes } = change.desired;
  // What was adopted from the disk at the first run need not be in our grammar, and is put back all the same.
  const isRendered = bytes !== null && plan.desired.commit !== null;
  if (isRendered && world.ledger.read().owed?.phase !== 'restoring') await checkService(service, bytes);
  const [rehearsed, tested] = await Promise.allSettled([
    isRendered ? service.rehearse(bytes) : undefined,
    service.testWith(bytes),
  ]);
  if (rehearsed.status === 'rejected') throw rehearsed.reason; // it names the variables, -t only a line
  if (tested.status === 'rejected') throw tested.reason;
  if (!tested.value.ok) throw await blame(service, tested.value);
  world.log.event('info', 'rehearsed', { path: change.desired.path });
}

/** Going back must not wait for a php-fpm that is well; everything else does. */
async function checkService(service: Service, bytes: Uint8Array): Promise<void> {
  const state = await service.inspect();
  if (state.kind !== 'orphaned') return await service.checkReadiness(state, bytes);
  const pids = state.pids.join(', ');
  const message = `php-fpm workers without a master still answer requests: pid ${pids}`;
  throw new ReconcileError('SERVICE_ORPHANED', message);
}

async function blame(
  service: Service,
  verdict: TestVerdict & { readonly ok: false },
): Promise<ReconcileError> {
  const asItIs = await service.testLive();
  if (asItIs.ok)
    return new ReconcileError('CANDIDATE_REFUSED', `php-fpm -t refuses the new file: ${verdict.message}`);
  const message = `php-fpm -t fails without our change as well: ${asItIs.message}`;
  return new ReconcileError('ENVIRONMENT_BROKEN', message);
}
