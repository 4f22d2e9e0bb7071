import { ReconcileError } from '../core/errors.ts';
import type { Plan, TestVerdict } from '../core/types.ts';
import type { Service } from '../ports.ts';
import type { World } from './world.ts';

/**
 * Proves new php-fpm content before a byte of it is written: a private php-fpm gives every value back, and the
 * real configuration passes `-t` with it. Blame needs a difference: a tree that fails without the candidate as
 * well is ENVIRONMENT_BROKEN, and nobody is blamed.
 */
export async function checkCandidate(world: World, plan: Plan): Promise<void> {
  const change = plan.changes.find((each) => each.desired.target === 'php-fpm' && each.kind !== 'metadata');
  if (change === undefined || world.service === null) return;
  const { service } = world;
  if (world.ledger.read().owed?.phase !== 'restoring') await refuseOrphans(service);
  // What was adopted from the disk at the first run is not in our grammar and cannot be rehearsed.
  if (change.desired.bytes !== null && plan.desired.commit !== null)
    await service.rehearse(change.desired.bytes);
  const verdict = await service.testWith(change.desired.bytes);
  if (!verdict.ok) throw await blame(service, verdict);
  world.log.event('info', 'rehearsed', { path: change.desired.path });
}

async function refuseOrphans(service: Service): Promise<void> {
  const state = await service.inspect();
  if (state.kind !== 'orphaned') return;
  const pids = state.pids.join(', ');
  throw new ReconcileError(
    'SERVICE_ORPHANED',
    `php-fpm workers without a master still answer requests: pid ${pids}`,
  );
}

async function blame(
  service: Service,
  verdict: TestVerdict & { readonly ok: false },
): Promise<ReconcileError> {
  const asItIs = await service.testLive();
  if (asItIs.ok)
    return new ReconcileError('CANDIDATE_REFUSED', `php-fpm -t refuses the new file: ${verdict.message}`);
  return new ReconcileError(
    'ENVIRONMENT_BROKEN',
    `php-fpm -t fails without our change as well: ${asItIs.message}`,
  );
}
