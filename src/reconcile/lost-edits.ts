import { ReconcileError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { Change, LedgerRecord, LostEdit, ObservedFile, Plan } from '../core/types.ts';
import type { World } from './world.ts';

/**
 * Keeps what somebody else wrote to the destinations and this plan displaces, durably, before the first rename, and notes in
 * the ledger that the history has to tell it.
 *
 * Never stops a run: that the files are right counts more than what nobody should have written there, and whoever
 * filled the disk of the state directory must not keep his edit live by that. What could not be kept is told as a warning.
 */
export function keepEdits(world: World, plan: Plan): void {
  const record = world.ledger.read();
  const edits = plan.changes.flatMap((change) => keepEdit(world, { record, plan, change }));
  if (edits.length === 0) return;
  const before = record.untold.filter((each) => !edits.some((edit) => isSame(each, edit)));
  try {
    world.ledger.write({ ...record, untold: [...before, ...edits] });
  } catch (error) {
    for (const { path } of edits) warn(world, path, toReason(error));
  }
}

/** Those that the history has to tell: what an undo has put back is not lost. */
export function findUntold(world: World): readonly LostEdit[] {
  const paths = world.host.destinations.map(({ path }) => path);
  return world.ledger.read().untold.filter((edit) => !paths.includes(edit.path) || !stands(world, edit));
}

function stands({ files }: World, edit: LostEdit): boolean {
  const found = files.observe(edit.path);
  return found.kind === 'file' && sha256(found.bytes) === edit.sha256;
}

interface Displacing {
  /** As the plan finds it, with the last good state. */
  readonly record: LedgerRecord;
  readonly plan: Plan;
  readonly change: Change;
}

function keepEdit(world: World, displacing: Displacing): readonly LostEdit[] {
  const { before, desired, kind } = displacing.change;
  if (before.kind !== 'file' || kind === 'metadata') return [];
  if (!isForeign(world, displacing, before)) return [];
  const { target, path } = desired;
  const { record, plan } = displacing;
  const base = findBase(record, path);
  const secrets = [...new Set([...plan.desired.secrets, ...(record.lastGood?.secrets ?? [])])].sort();
  const edit = { target, path, sha256: sha256(before.bytes), base, secrets };
  return [{ ...edit, problem: tryToKeep(world, edit, before.bytes) }];
}

/** Neither the last good state nor what a former run wrote: that is in the ledger's store until a run settles. */
function isForeign(
  world: World,
  { record: { lastGood }, change }: Displacing,
  { bytes }: ObservedFile & { readonly kind: 'file' },
): boolean {
  const hash = sha256(bytes);
  const isLastGood = lastGood?.files.some(
    (file) => file.path === change.desired.path && file.sha256 === hash,
  );
  // What was found on the host at the first run is put back by an undo, but no run of ours wrote it.
  if (isLastGood) return lastGood?.commit === null;
  // What is kept as an edit was written by somebody else, also where the store still has it from the first run.
  return world.ledger.recall(hash) === null || wasKept(world, { sha256: hash, base: null });
}

function findBase({ lastGood }: LedgerRecord, path: string): string | null {
  if (lastGood === null || lastGood.commit === null) return null;
  return lastGood.files.find((file) => file.path === path)?.sha256 ?? null;
}

/** Gives why it is not kept. */
function tryToKeep(world: World, edit: Omit<LostEdit, 'problem'>, bytes: Uint8Array): string | null {
  const { path, base, sha256 } = edit;
  try {
    world.edits.keep(bytes, base === null ? null : world.ledger.recall(base));
    world.log.event('info', 'edit-kept', { path, sha256 });
    return null;
  } catch (error) {
    const reason = toReason(error);
    if (wasKept(world, edit)) return null;
    warn(world, path, reason);
    return reason;
  }
}

/** Whether a run before this one kept the same. */
function wasKept(world: World, edit: Pick<LostEdit, 'sha256' | 'base'>): boolean {
  try {
    return world.edits.find(edit) !== null;
  } catch (error) {
    toReason(error);
    return false;
  }
}

function warn(world: World, path: string, reason: string): void {
  world.log.event('warning', 'edit-lost', { path, reason });
}

/** Throws what is a bug. */
function toReason(error: unknown): string {
  if (error instanceof ReconcileError) return error.message;
  throw error;
}

function isSame(one: LostEdit, other: LostEdit): boolean {
  return one.path === other.path && one.sha256 === other.sha256;
}
