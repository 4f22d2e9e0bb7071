import { makeDesired } from '../core/desire.ts';
import { ReconcileError } from '../core/errors.ts';
import { isHolding } from '../core/hold.ts';
import { makeRefusal } from '../core/refusal.ts';
import type { Complaint, Desired, Held } from '../core/types.ts';
import { clampMemory } from './memory.ts';
import type { World } from './world.ts';

/** What the repository wants now, or why it cannot be had: exactly one of `desired` and `error` is null. */
export interface Head {
  readonly commit: string | null;
  readonly desired: Desired | null;
  readonly error: ReconcileError | null;
  readonly complaints: readonly Complaint[];
}

/** Reads the tip of the tracked branch and renders it for this host. Foreseen failures come back in `error`. */
export async function readHead(world: World): Promise<Head> {
  let commit: string | null = null;
  try {
    commit = await world.source.probe();
    world.log.event('debug', 'probed', { commit });
    await checkForward(world, commit);
    const checked = makeDesired(await world.source.read(commit), world.host);
    if (checked.value === null) {
      const error = makeRefusal(`commit ${commit.slice(0, 12)}`, checked.complaints);
      return { commit, desired: null, error, complaints: checked.complaints };
    }
    const held = await findHold(world, checked.value);
    const error = held === null ? null : heldError(commit, held);
    return { commit, desired: error === null ? checked.value : null, error, complaints: checked.complaints };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { commit, desired: null, error, complaints: [] };
  }
}

/** A branch that was forced back would bring back values that were replaced for a reason. Throws SOURCE_REWOUND. */
async function checkForward(world: World, commit: string): Promise<void> {
  const { highWater } = world.ledger.read();
  if (highWater === null || highWater === commit) return;
  if (await world.source.contains(commit, highWater)) return;
  const [head, live] = [commit.slice(0, 12), highWater.slice(0, 12)];
  const message = `commit ${head} does not contain ${live}, which was live on this host: the branch was rewound or rewritten`;
  throw new ReconcileError('SOURCE_REWOUND', message);
}

async function findHold(world: World, { fingerprint }: Desired): Promise<Held | null> {
  const now = world.clock.now();
  const held = clampMemory(world, now).find((entry) => entry.fingerprint === fingerprint);
  if (held === undefined) return null;
  return isHolding(held, (await world.service?.basis()) ?? '', now) ? held : null;
}

function heldError(commit: string, { at, until, reason }: Held): ReconcileError {
  const end = until === null ? 'until it changes' : `until ${until}`;
  const message = `commit ${commit.slice(0, 12)} is held since ${at}, ${end}: ${reason}`;
  return new ReconcileError('COMMIT_HELD', message);
}
