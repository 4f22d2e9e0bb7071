import type { CheckedDesired } from '../core/desire.ts';
import { makeDesired } from '../core/desire.ts';
import { ReconcileError } from '../core/errors.ts';
import type { Advance } from '../core/git/commit.ts';
import { isHolding } from '../core/hold.ts';
import { makeRefusal } from '../core/refusal.ts';
import type { Complaint, Desired, Held } from '../core/types.ts';
import { recallApplied } from './last-good.ts';
import { clampMemory } from './memory.ts';
import { probeHead } from './probe-head.ts';
import type { World } from './world.ts';

/** What the repository wants now, or why it cannot be had: one of `desired` and `error` is null, both where nobody asked. */
export interface Head {
  readonly commit: string | null;
  /** The environment of this host; null where the repository was not read. */
  readonly environment: string | null;
  readonly desired: Desired | null;
  readonly error: ReconcileError | null;
  readonly complaints: readonly Complaint[];
}

/** Nobody asked the repository: what is live is kept up, and no new commit taken. */
export const UNASKED: Head = { commit: null, environment: null, desired: null, error: null, complaints: [] };

/** Reads the tip of the tracked branch and renders it for this host. Foreseen failures come back in `error`. */
export async function readHead(world: World): Promise<Head> {
  let commit: string | null = null;
  try {
    commit = await probeHead(world);
    const { value, complaints, environment } = await readDesired(world, commit);
    if (value === null) {
      const error = makeRefusal(`commit ${commit.slice(0, 12)}`, complaints);
      return { commit, environment, desired: null, error, complaints };
    }
    const held = await findHold(world, value);
    const error = held === null ? null : heldError(commit, held);
    return { commit, environment, desired: error === null ? value : null, error, complaints };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    return { ...UNASKED, commit, error };
  }
}

/** A commit that is live already is not read again: it was checked then, and is remembered. */
async function readDesired(world: World, commit: string): Promise<CheckedDesired> {
  const applied = recallApplied(world, commit);
  if (applied !== null) return { value: applied, complaints: [], environment: null };
  const advance = await checkForward(world, commit);
  await checkSigners(world, commit, advance);
  return makeDesired(await world.source.read(commit), world.host);
}

/**
 * A branch that was forced back would bring back values that were replaced for a reason. Gives the way from the
 * newest commit that was live; null where there is none, or it does not matter. Throws SOURCE_REWOUND.
 */
async function checkForward(world: World, commit: string): Promise<Advance | null> {
  const { highWater } = world.ledger.read();
  if (highWater === null || highWater === commit) return null;
  const advance = await world.source.compare(commit, highWater);
  if (advance.relation === 'fast-forward') return advance;
  if (world.isPinned) return null;
  const [head, live] = [commit.slice(0, 12), highWater.slice(0, 12)];
  const message = `commit ${head} ${REWOUND[advance.relation]} ${live}, which was live on this host`;
  throw new ReconcileError('SOURCE_REWOUND', message);
}

const REWOUND: Readonly<Record<Exclude<Advance['relation'], 'fast-forward'>, string>> = {
  same: 'is',
  behind: 'is older than',
  rewritten: 'does not contain',
  unknown: 'has too little history to tell whether it contains',
};

async function checkSigners(
  { source, signers }: World,
  commit: string,
  advance: Advance | null,
): Promise<void> {
  if (signers === null) return;
  if (signers.scope === 'tip' || advance === null)
    return await signers.verify([await source.inspect(commit)]);
  if (advance.commits !== null) return await signers.verify(advance.commits);
  const message = `commit ${commit.slice(0, 12)} has new commits that are not here: the repository is a shallow one`;
  throw new ReconcileError('COMMIT_UNTRUSTED', message);
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
