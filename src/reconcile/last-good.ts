import { isDeepStrictEqual } from 'node:util';
import { sha256 } from '../core/sha256.ts';
import type { Desired, DesiredFile, KeptFile, LastGood, LedgerRecord } from '../core/types.ts';
import type { World } from './world.ts';

/** The last good state as a wanted one, or null where there is none for these destinations. */
export function recallLastGood(world: World): Desired | null {
  const lastGood = findLastGood(world, world.ledger.read());
  if (lastGood === null) return null;
  const files = lastGood.files.map((file) => recall(world, file, lastGood.commit !== null));
  if (!files.every((file) => file !== null)) return null;
  const { commit, fingerprint, secrets } = lastGood;
  return { commit, fingerprint, files, secrets };
}

/**
 * What a commit wants here, where it is the one that is live: the same program read it with the same configuration, so that
 * reading it again could give nothing else. Null where it has to be read.
 */
export function recallApplied(world: World, commit: string): Desired | null {
  const { lastGood, owed, quiet } = world.ledger.read();
  if (lastGood?.commit !== commit || owed !== null || quiet === null) return null;
  const { version, config, environment } = world.identity;
  const isSame = isDeepStrictEqual(
    [quiet.version, quiet.config, quiet.environment],
    [version, config, environment],
  );
  return isSame ? recallLastGood(world) : null;
}

/**
 * The last good state of a record, if it can be gone back to: it has these destinations, and its bytes are kept. Bytes
 * that were lost or damaged are kept anew while they still stand on the disk. After the loss of a record, what is
 * remembered may be an older state, so only the disk can bear it out.
 */
export function findLastGood(world: World, { lastGood, owed }: LedgerRecord): LastGood | null {
  if (lastGood === null || !covers(lastGood, world.host.destinations)) return null;
  const mustStand = owed?.phase === 'unknown';
  const isThere = lastGood.files.every((file) => (mustStand ? stands(world, file) : hasBytes(world, file)));
  return isThere ? lastGood : null;
}

function hasBytes(world: World, kept: KeptFile): boolean {
  if (kept.sha256 === null || world.ledger.recall(kept.sha256) !== null) return true;
  return stands(world, kept);
}

/** Whether the file on the disk has the kept bytes; keeps them anew where they are lost. */
function stands(world: World, kept: KeptFile): boolean {
  const found = world.files.observe(kept.path);
  if (found.kind !== 'file') return found.kind === 'absent' && kept.sha256 === null;
  if (sha256(found.bytes) !== kept.sha256) return false;
  world.ledger.keep(found.bytes);
  return true;
}

/** What was rendered gets today's mode and owner; what was found on the host at the first run, its own. */
function recall(world: World, kept: KeptFile, isRendered: boolean): DesiredFile | null {
  const bytes = kept.sha256 === null ? null : world.ledger.recall(kept.sha256);
  if (kept.sha256 !== null && bytes === null) return null; // lost since it was looked at
  const { target, path, mode, uid, gid } = kept;
  const destination = world.host.destinations.find((each) => each.path === path);
  return isRendered && destination !== undefined
    ? { ...destination, bytes }
    : { target, path, mode, uid, gid, bytes };
}

/** Keeps the bytes of a file and gives what is needed to find them again. */
export function keepFile(world: World, file: DesiredFile): KeptFile {
  const { target, path, mode, uid, gid } = file;
  return { target, path, sha256: file.bytes === null ? null : world.ledger.keep(file.bytes), mode, uid, gid };
}

function covers(lastGood: LastGood, files: readonly { readonly path: string }[]): boolean {
  const paths = new Set(files.map((file) => file.path));
  return lastGood.files.length === files.length && lastGood.files.every((file) => paths.has(file.path));
}
