import type { Outcome } from '../core/types.ts';
import { endInTime } from '../reconcile/deadline.ts';
import type { World } from '../reconcile/world.ts';
import type { OpenHost } from '../wire.ts';

/** A run on this host that ends at `limits.run_seconds`, with whatever it has started. */
export async function runInTime(
  { world, config, endPrograms }: OpenHost,
  run: (world: World) => Promise<Outcome>,
): Promise<Outcome> {
  return await endInTime(run(world), { ms: config.limits.runMs, endPrograms });
}
