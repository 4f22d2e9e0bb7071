import { isDeepStrictEqual } from 'node:util';
import { ReconcileError } from '../core/errors.ts';
import { fingerprintOf } from '../core/plan.ts';
import type { Desired, DesiredFile, KeptFile, LastGood, LedgerRecord, Owed, Plan } from '../core/types.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/** So many contents that failed are remembered; the oldest is forgotten first. */
const HELD_LIMIT = 20;

/**
 * Durable, before the first rename: what is displaced can be put back, and what php-fpm reads may be about to change.
 * A shell file alone makes no debt, because it needs no reload.
 */
export async function rememberPrepared(world: World, plan: Plan): Promise<void> {
  if (plan.changes.every((change) => change.kind === 'metadata')) return;
  const record = world.ledger.read();
  const lastGood = isUsable(world, record.lastGood, plan) ? record.lastGood : adopt(world, plan.desired);
  const isOwed = plan.reload !== null && record.owed?.phase !== 'restoring';
  const owed = isOwed ? await makeDebt(world, plan) : record.owed;
  world.ledger.write({ ...record, lastGood, owed });
}

/** Kept bytes that are lost cannot be put back: then what stands on the disk is the state to go back to. */
function isUsable(world: World, lastGood: LastGood | null, plan: Plan): boolean {
  if (!covers(lastGood, plan.desired.files)) return false;
  return lastGood.files.every(({ sha256 }) => sha256 === null || world.ledger.recall(sha256) !== null);
}

async function makeDebt(world: World, plan: Plan): Promise<Owed> {
  const state = (await world.service?.inspect()) ?? null;
  const incarnation = state?.kind === 'running' ? state.incarnation : null;
  return {
    phase: 'prepared',
    fingerprint: plan.desired.fingerprint,
    commit: plan.desired.commit,
    incarnation,
  };
}

/** Durable, right before the signal: which php-fpm was running until now. */
export function rememberSignal(world: World, plan: Plan, incarnation: string): void {
  const { fingerprint, commit } = plan.desired;
  rememberOwed(world, { phase: 'installed', fingerprint, commit, incarnation });
}

/** Replaces the debt alone. */
export function rememberOwed(world: World, owed: Owed | null): void {
  world.ledger.write({ ...world.ledger.read(), owed });
}

/** Durable, in one write: the content is not tried again, and php-fpm has to go back to the last good one. */
export function rememberHeld(world: World, desired: Desired, reason: string): void {
  const record = world.ledger.read();
  const { fingerprint, commit } = desired;
  const held = [...record.held, { fingerprint, commit, reason, at: world.clock.now().toISOString() }];
  const owed: Owed = {
    phase: 'restoring',
    fingerprint: record.lastGood?.fingerprint ?? null,
    commit: record.lastGood?.commit ?? null,
    incarnation: record.owed?.incarnation ?? null,
  };
  world.ledger.write({ ...record, held: held.slice(-HELD_LIMIT), owed });
}

/** The host is in a wanted state and proven to be: nothing is owed. Writes only when that is news. */
export function rememberSettled(world: World, desired: Desired): void {
  const before = world.ledger.read();
  const lastGood: LastGood = {
    fingerprint: desired.fingerprint,
    commit: desired.commit,
    files: desired.files.map((file) => keep(world, file)),
    secrets: desired.secrets,
  };
  // Without a php-fpm file in the configuration nobody can say what php-fpm runs.
  const owed = world.service === null ? before.owed : null;
  const after: LedgerRecord = { ...before, lastGood, owed, quiet: makeQuiet(world, lastGood) };
  if (isDeepStrictEqual(after, before)) return;
  world.ledger.write(after);
  world.ledger.prune(after);
}

function makeQuiet(world: World, lastGood: LastGood): LedgerRecord['quiet'] {
  if (lastGood.commit === null) return null;
  const source = { ...world.identity.source, commit: lastGood.commit };
  return { ...world.identity, source, files: lastGood.files };
}

/** The last good state as a wanted one, or null where there is none for these destinations. */
export function recallLastGood(world: World): Desired | null {
  const lastGood = world.ledger.read().lastGood;
  if (lastGood === null || !covers(lastGood, world.host.destinations)) return null;
  const files = lastGood.files.map((file) => recall(world, file, lastGood.commit !== null));
  if (!files.every((file) => file !== null)) return null;
  const { commit, fingerprint, secrets } = lastGood;
  return { commit, fingerprint, files, secrets };
}

/** What was rendered gets today's mode and owner; what was found on the host at the first run, its own. */
function recall(world: World, kept: KeptFile, isRendered: boolean): DesiredFile | null {
  const bytes = kept.sha256 === null ? null : world.ledger.recall(kept.sha256);
  if (kept.sha256 !== null && bytes === null) return null;
  const { target, path, mode, uid, gid } = kept;
  const destination = world.host.destinations.find((each) => each.path === path);
  return isRendered && destination !== undefined
    ? { ...destination, bytes }
    : { target, path, mode, uid, gid, bytes };
}

/** Before our first change on a host, the last good state is what stands there, whoever wrote it. */
function adopt(world: World, desired: Desired): LastGood {
  const observed = observeAll(world, desired);
  const files = desired.files.map((file): DesiredFile => {
    const found = observed.get(file.path);
    if (found === undefined || found.kind === 'absent') return { ...file, bytes: null };
    if (found.kind === 'file')
      return { ...file, bytes: found.bytes, mode: found.mode, uid: found.uid, gid: found.gid };
    throw new ReconcileError('DESTINATION_OBSTACLE', `${file.path} is a ${found.type}, not a regular file`);
  });
  const kept = files.map((file) => keep(world, file));
  return { fingerprint: fingerprintOf(files), commit: null, files: kept, secrets: desired.secrets };
}

function keep(world: World, file: DesiredFile): KeptFile {
  const { target, path, mode, uid, gid } = file;
  return { target, path, sha256: file.bytes === null ? null : world.ledger.keep(file.bytes), mode, uid, gid };
}

function covers(
  lastGood: LastGood | null,
  files: readonly { readonly path: string }[],
): lastGood is LastGood {
  if (lastGood === null || lastGood.files.length !== files.length) return false;
  const paths = new Set(files.map((file) => file.path));
  return lastGood.files.every((file) => paths.has(file.path));
}
