import type { Restraint } from '../core/daemon/restraint.ts';
import { makePlan } from '../core/plan.ts';
import { secondsBetween } from '../core/seconds-between.ts';
import type { Held, Owed, TargetName } from '../core/types.ts';
import { recallLastGood } from './last-good.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/** What the host itself knows of where it stands, without asking anybody. */
export interface Standing {
  readonly host: string;
  /** The commit whose content was proven last; null when none was, or when it is what was found on the host. */
  readonly applied: string | null;
  /** A pause, or the time outside of the change windows; null: nothing is in the way. */
  readonly restraint: Restraint | null;
  /** When a run reached the repository last; null: never, or it is on this host. */
  readonly contact: { readonly at: string; readonly ageSeconds: number } | null;
  /** When a run did something last; null: never, or its line in the history cannot be read. ISO 8601, UTC. */
  readonly changed: string | null;
  readonly files: readonly FileStatus[];
  readonly owed: Owed | null;
  readonly held: readonly Held[];
}

export interface FileStatus {
  readonly target: TargetName;
  readonly path: string;
  /** `drifted`: it differs from the last good state in content, mode or owner. */
  readonly state: 'as applied' | 'drifted' | 'never applied';
}

/** Reads the state directory and the files, and asks nobody. Throws STATE_UNUSABLE, DESTINATION_UNSAFE. */
export function readStanding(world: World): Standing {
  const { lastGood, owed, held } = world.ledger.read();
  return {
    host: world.host.name,
    applied: lastGood?.commit ?? null,
    restraint: world.restraints.current(),
    contact: readContact(world),
    changed: world.history.last()?.at ?? null,
    files: readFiles(world),
    owed,
    held,
  };
}

function readContact({ contact, clock }: World): Standing['contact'] {
  const last = contact?.last() ?? null;
  if (last === null) return null;
  return { at: last.toISOString(), ageSeconds: Math.floor(secondsBetween(last, clock.now())) };
}

function readFiles(world: World): readonly FileStatus[] {
  const places = world.host.destinations.map(({ target, path }) => ({ target, path }));
  const lastGood = recallLastGood(world);
  if (lastGood === null) return places.map((place) => ({ ...place, state: 'never applied' }));
  const plan = makePlan(lastGood, observeAll(world, lastGood), false);
  const drifted = new Set(plan?.changes.map((change) => change.desired.path));
  return places.map((place) => ({ ...place, state: drifted.has(place.path) ? 'drifted' : 'as applied' }));
}
