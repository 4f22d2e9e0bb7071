import type { Restraint } from '../core/daemon/restraint.ts';
import { makePlan } from '../core/plan.ts';
import type { Held, Owed, ServiceState } from '../core/types.ts';
import { readHead } from './head.ts';
import { recallLastGood } from './last-good.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/** Where a host stands, as far as it can be seen without changing anything. */
export interface Status extends Standing {
  /** The tip of the branch, and why it is not the applied commit where it cannot be. */
  readonly head: { readonly commit: string | null; readonly problem: string | null };
  readonly phpFpm: ServiceState | null;
}

/** What the host itself knows of where it stands, without asking anybody. */
export interface Standing {
  readonly host: string;
  /** The commit whose content was proven last; null when none was, or when it is what was found on the host. */
  readonly applied: string | null;
  /** A pause, or the time outside of the change windows; null: nothing is in the way. */
  readonly restraint: Restraint | null;
  /** When a run reached the repository last; null: never, or it is on this host. */
  readonly contact: { readonly at: string; readonly ageSeconds: number } | null;
  readonly files: readonly FileStatus[];
  readonly owed: Owed | null;
  readonly held: readonly Held[];
}

export interface FileStatus {
  readonly path: string;
  /** `drifted`: it differs from the last good state in content, mode or owner. */
  readonly state: 'as applied' | 'drifted' | 'never applied';
}

/** Reads the ledger, the branch, the files and the process table. Throws STATE_UNUSABLE, DESTINATION_UNSAFE. */
export async function readStatus(world: World): Promise<Status> {
  const standing = readStanding(world);
  const head = await readHead(world);
  return {
    ...standing,
    head: { commit: head.commit, problem: head.error?.message ?? null },
    contact: readContact(world),
    phpFpm: (await world.service?.inspect()) ?? null,
  };
}

/** Reads the ledger and the files, and asks nobody. Throws STATE_UNUSABLE, DESTINATION_UNSAFE. */
export function readStanding(world: World): Standing {
  const { lastGood, owed, held } = world.ledger.read();
  return {
    host: world.host.name,
    applied: lastGood?.commit ?? null,
    restraint: world.restraints.current(),
    contact: readContact(world),
    files: readFiles(world),
    owed,
    held,
  };
}

/** A clock that was set back gives an age of 0, never a negative one. */
function readContact({ contact, clock }: World): Status['contact'] {
  const last = contact?.last() ?? null;
  if (last === null) return null;
  const ageMs = Math.max(0, clock.now().getTime() - last.getTime());
  return { at: last.toISOString(), ageSeconds: Math.floor(ageMs / 1000) };
}

function readFiles(world: World): readonly FileStatus[] {
  const paths = world.host.destinations.map((destination) => destination.path);
  const lastGood = recallLastGood(world);
  if (lastGood === null) return paths.map((path) => ({ path, state: 'never applied' }));
  const plan = makePlan(lastGood, observeAll(world, lastGood), false);
  const drifted = new Set(plan?.changes.map((change) => change.desired.path));
  return paths.map((path) => ({ path, state: drifted.has(path) ? 'drifted' : 'as applied' }));
}
