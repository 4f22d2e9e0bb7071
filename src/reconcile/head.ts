import { makeDesired } from '../core/desire.ts';
import { ReconcileError } from '../core/errors.ts';
import { makeRefusal } from '../core/refusal.ts';
import type { Complaint, Desired, Held } from '../core/types.ts';
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
    const checked = makeDesired(await world.source.read(commit), world.host);
    if (checked.value === null) {
      const error = makeRefusal(`commit ${commit.slice(0, 12)}`, checked.complaints);
      return { commit, desired: null, error, complaints: checked.complaints };
    }
    const held = heldEntry(world, checked.value);
    const error = held === null ? null : heldError(commit, held);
    return { commit, desired: error === null ? checked.value : null, error, complaints: checked.complaints };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { commit, desired: null, error, complaints: [] };
  }
}

function heldEntry(world: World, desired: Desired): Held | null {
  const held = world.ledger.read().held;
  return held.find((entry) => entry.fingerprint === desired.fingerprint) ?? null;
}

function heldError(commit: string, held: Held): ReconcileError {
  const message = `commit ${commit.slice(0, 12)} is held since ${held.at}: ${held.reason}`;
  return new ReconcileError('COMMIT_HELD', message);
}
