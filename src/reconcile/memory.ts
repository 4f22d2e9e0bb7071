import { isDeepStrictEqual } from 'node:util';
import { ReconcileError } from '../core/errors.ts';
import { clampHolds, holdContent, releaseContent } from '../core/hold.ts';
import { fingerprintOf } from '../core/plan.ts';
import type { Desired, DesiredFile, Held, LastGood, LedgerRecord, Owed, Plan } from '../core/types.ts';
import { findLastGood, keepFile } from './last-good.ts';
import { observeAll } from './observe.ts';
import type { World } from './world.ts';

/**
 * Durable, before the first rename: what is displaced can be put back, and what php-fpm reads may be about to change.
 * A shell file alone makes no debt, because it needs no reload. New bytes are kept here too: where there is no space for
 * them, the disk is full before anything was written.
 */
export async function rememberPrepared(world: World, plan: Plan): Promise<void> {
  if (plan.reload === null && plan.changes.every((change) => change.kind === 'metadata')) return;
  const record = world.ledger.read();
  const lastGood = findLastGood(world, record) ?? adopt(world, plan.desired);
  for (const file of plan.desired.files) keepFile(world, file);
  const owed = plan.reload === null ? record.owed : await makeDebt(world, plan, { ...record, lastGood });
  write(world, { ...record, lastGood, owed });
}

/** A debt of the same content goes on: its proof may be all that is missing. */
async function makeDebt(world: World, plan: Plan, { owed, lastGood }: LedgerRecord): Promise<Owed> {
  const { fingerprint, commit } = plan.desired;
  const isSame = owed?.fingerprint === fingerprint;
  const attempts = isSame ? owed.attempts + 1 : 1;
  if (owed?.phase === 'restoring' || (isSame && owed.phase === 'installed' && plan.reload === 'owed'))
    return { ...owed, attempts };
  const incarnation = await readIncarnation(world);
  const runs = incarnation !== null && incarnation === lastGood?.incarnation ? 'last-good' : 'unknown';
  return { phase: 'prepared', fingerprint, commit, incarnation, runs, attempts };
}

async function readIncarnation({ service }: World): Promise<string | null> {
  const state = await service?.inspect();
  return state?.kind === 'running' ? state.incarnation : null;
}

/** Durable, right before the signal: which php-fpm was running until now. */
export function rememberSignal(world: World, plan: Plan, incarnation: string): void {
  const { fingerprint, commit } = plan.desired;
  const { owed, lastGood } = world.ledger.read();
  const runs = incarnation === lastGood?.incarnation ? 'last-good' : 'unknown';
  const attempts = owed?.attempts ?? 1;
  rememberOwed(world, { phase: 'installed', fingerprint, commit, incarnation, runs, attempts });
}

/** Replaces the debt alone. */
function rememberOwed(world: World, owed: Owed | null): void {
  write(world, { ...world.ledger.read(), owed });
}

/** Nothing was displaced after all: what was owed and untold before is so now. */
export function rememberUndone(world: World, { owed, untold }: LedgerRecord): void {
  write(world, { ...world.ledger.read(), owed, untold });
}

/** A run that ended, however, was not cut off: only those that were are counted against the content. Its edits are told. */
export function rememberEnd(world: World): void {
  const record = world.ledger.read();
  const owed = record.owed === null ? null : { ...record.owed, attempts: 0 };
  write(world, { ...record, owed, untold: [] });
}

/** Durable, in one write: the content has to wait, and php-fpm has to go back to the last good one. */
export async function rememberHeld(world: World, desired: Desired, reason: string): Promise<void> {
  const basis = (await world.service?.basis()) ?? '';
  const record = world.ledger.read();
  const { fingerprint, commit } = desired;
  const held = holdContent(record.held, { fingerprint, commit, reason, basis }, world.clock.now());
  const owed: Owed = {
    phase: 'restoring',
    fingerprint: record.lastGood?.fingerprint ?? null,
    commit: record.lastGood?.commit ?? null,
    incarnation: record.owed?.incarnation ?? null,
    runs: record.owed?.runs ?? 'unknown',
    attempts: 0,
  };
  write(world, { ...record, held, owed });
}

/** What is held, none of it longer than content is ever held; written where a clock that was wrong had said otherwise. */
export function clampMemory(world: World, now: Date): readonly Held[] {
  const record = world.ledger.read();
  const held = clampHolds(record.held, now);
  write(world, { ...record, held });
  return held;
}

/**
 * The host is in a wanted state and proven to be: nothing is owed. The last write of a run, so that a killed one leaves
 * either a debt or nothing to clean up: what is not needed any more goes before it.
 */
export function rememberSettled(world: World, desired: Desired, incarnation: string | null): void {
  const before = world.ledger.read();
  const lastGood: LastGood = {
    fingerprint: desired.fingerprint,
    commit: desired.commit,
    files: desired.files.map((file) => keepFile(world, file)),
    secrets: desired.secrets,
    incarnation,
  };
  const after: LedgerRecord = {
    ...before,
    lastGood,
    // Without a php-fpm file in the configuration nobody can say what php-fpm runs.
    owed: world.service === null ? before.owed : null,
    held: releaseContent(before.held, desired.fingerprint),
    highWater: raiseHighWater(before, desired),
    quiet: makeQuiet(world, lastGood),
    untold: [],
  };
  if (isDeepStrictEqual(after, before)) return;
  world.ledger.prune([before, after]);
  world.ledger.write(after);
}

/** Going back to a commit that was live already says nothing of the branch. */
function raiseHighWater({ highWater, lastGood }: LedgerRecord, { commit }: Desired): string | null {
  return commit === null || (commit === lastGood?.commit && highWater !== null) ? highWater : commit;
}

function makeQuiet(world: World, lastGood: LastGood): LedgerRecord['quiet'] {
  if (lastGood.commit === null) return null;
  const { tip, ...identity } = world.identity;
  const source = tip === null ? null : { ...tip, commit: lastGood.commit };
  return { ...identity, source, files: lastGood.files };
}

function write(world: World, record: LedgerRecord): void {
  if (!isDeepStrictEqual(record, world.ledger.read())) world.ledger.write(record);
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
  const kept = files.map((file) => keepFile(world, file));
  const { secrets } = desired;
  return { fingerprint: fingerprintOf(files), commit: null, files: kept, secrets, incarnation: null };
}
