import { hasErrors } from '../core/complain.ts';
import { ReconcileError } from '../core/errors.ts';
import { collectForeseen } from '../core/foreseen.ts';
import type { Tracked } from '../core/git/tracked.ts';
import { describeTracked, refOf } from '../core/git/tracked.ts';
import { judgeSnapshot } from '../core/receive/judge-snapshot.ts';
import type { RefUpdate } from '../core/receive/ref-update.ts';
import type { Complaint, HostProfile } from '../core/types.ts';
import type { PushedObjects } from '../ports/receiving.ts';
import type { Signers } from '../ports.ts';

/** What a push is judged by. */
export interface PushWorld {
  readonly host: HostProfile;
  readonly tracked: Tracked;
  readonly objects: PushedObjects;
  /** Null: whoever may push may deploy. */
  readonly signers: Signers | null;
}

/** `untouched`: nothing that is live on this host is moved; `commit` is null where there is none. */
export type Verdict =
  | { readonly kind: 'untouched' }
  | { readonly kind: 'accepted'; readonly commit: string; readonly complaints: readonly Complaint[] }
  | {
      readonly kind: 'refused';
      readonly commit: string | null;
      readonly errors: readonly ReconcileError[];
      readonly complaints: readonly Complaint[];
    };

/** The one of the updates that moves what is live; null: none does. */
export function findLive(updates: readonly RefUpdate[], tracked: Tracked): RefUpdate | null {
  return updates.find(({ ref }) => ref === refOf(tracked)) ?? null;
}

/**
 * Judges a push before git takes it: all that this host would have against its commit, and every mistake of the whole
 * repository, at once. Other refs than the tracked one may hold anything. Only bugs are thrown.
 */
export async function judgePush(world: PushWorld, updates: readonly RefUpdate[]): Promise<Verdict> {
  const update = findLive(updates, world.tracked);
  if (update === null) return { kind: 'untouched' };
  const { before, after } = update;
  if (after === null) return refuse(null, [rewinds(world, 'and would be deleted')], []);
  const errors: ReconcileError[] = [];
  const commit = await collectForeseen(errors, () => world.objects.peel(after));
  if (commit === null) return refuse(null, errors, []);
  await collectForeseen(errors, () => checkForward(world, commit, before));
  await collectForeseen(errors, () => checkSigners(world, commit, before));
  const snapshot = await collectForeseen(errors, () => world.objects.read(commit));
  const complaints = snapshot === null ? [] : judgeSnapshot(snapshot, world.host);
  if (errors.length > 0 || hasErrors(complaints)) return refuse(commit, errors, complaints);
  return { kind: 'accepted', commit, complaints };
}

function refuse(
  commit: string | null,
  errors: readonly ReconcileError[],
  complaints: readonly Complaint[],
): Verdict {
  return { kind: 'refused', commit, errors, complaints };
}

/** git itself looks at branches alone, and says less about it. */
async function checkForward(world: PushWorld, commit: string, before: string | null): Promise<void> {
  if (before === null || (await world.objects.contains(commit, before))) return;
  throw rewinds(
    world,
    `and commit ${commit.slice(0, 12)} does not contain ${before.slice(0, 12)}, which it has now`,
  );
}

async function checkSigners(world: PushWorld, commit: string, before: string | null): Promise<void> {
  const { signers, objects } = world;
  if (signers === null) return;
  await signers.verify(await objects.commits(commit, signers.scope === 'tip' ? null : before));
}

function rewinds({ tracked, host }: PushWorld, what: string): ReconcileError {
  const message = `${describeTracked(tracked)} is live on ${host.name}, ${what}`;
  return new ReconcileError('PUSH_REWINDS', message);
}
