import { existsSync, fsyncSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import { sha256 } from '../core/sha256.ts';
import type { KeptFile, LedgerRecord } from '../core/types.ts';
import type { Ledger } from '../ports.ts';
import { removeEntry, sweepTemporaries } from './atomic-file.ts';
import type { Directory, DirectoryRules } from './directory.ts';
import { ensureDirectory, withDirectory } from './directory.ts';
import { describe } from './errno.ts';
import { formatLedger, parseLedger } from './ledger-format.ts';
import { readOwnFile, writeOwnFile } from './own-file.ts';

const FILE = 'ledger.json';
const STORE = 'store';
/** Damaged records that are kept for people to look at; the last place is used again and again. */
const DAMAGED_LIMIT = 5;
const RULES: DirectoryRules = { code: 'STATE_UNUSABLE' };

const EMPTY: LedgerRecord = { schema: 1, lastGood: null, owed: null, held: [], quiet: null };
const LOST: LedgerRecord = {
  ...EMPTY,
  owed: { phase: 'unknown', fingerprint: null, commit: null, incarnation: null },
};

/**
 * The host's memory in a directory: `ledger.json` with its own checksum, and `store/<sha256>` with kept bytes, all
 * for our eyes only. Each write replaces a whole file and is durable when it returns.
 *
 * The directory is made (0700) at the first write, its parents never. Where it belongs to somebody else or others
 * can write to it, every call throws STATE_UNUSABLE. A host without the directory reads an empty record; one with
 * traces of a record that is gone or damaged reads a record that owes a reload.
 */
export function fileLedger(stateDir: string): Ledger {
  const store = join(stateDir, STORE);
  return {
    read: () => (existsSync(stateDir) ? using(stateDir, readRecord) : EMPTY),
    write: (record) => {
      ensureDirectory(stateDir, RULES);
      using(stateDir, (directory) => writeOwnFile(directory, FILE, Buffer.from(formatLedger(record))));
    },
    keep: (bytes) => {
      ensureDirectory(stateDir, RULES);
      ensureDirectory(store, RULES);
      return using(store, (directory) => keepBytes(directory, bytes));
    },
    recall: (sha256) =>
      existsSync(store) ? using(store, (directory) => recallBytes(directory, sha256)) : null,
    prune: (record) => {
      if (existsSync(stateDir)) using(stateDir, (directory) => sweepTemporaries(directory, FILE));
      if (existsSync(store)) using(store, (directory) => pruneStore(directory, record));
    },
  };
}

function using<T>(path: string, work: (directory: Directory) => T): T {
  return withDirectory(path, RULES, (directory) => {
    try {
      return work(directory);
    } catch (error) {
      throw new ReconcileError('STATE_UNUSABLE', `state directory ${path}: ${describe(error)}`, {
        cause: error,
      });
    }
  });
}

function readRecord(directory: Directory): LedgerRecord {
  const found = findRecord(directory);
  if (found === 'none') return hasHistory(directory) ? LOST : EMPTY;
  if (found !== 'damaged') return found;
  setAside(directory);
  return LOST;
}

function findRecord(directory: Directory): LedgerRecord | 'none' | 'damaged' {
  try {
    const bytes = readOwnFile(directory, FILE);
    return bytes === null ? 'none' : (parseLedger(bytes.toString('utf8')) ?? 'damaged');
  } catch {
    // An I/O error, a directory, a link: whatever stands there is no record that can be read.
    return 'damaged';
  }
}

/** Whether a record once stood here: kept bytes, or one that was set aside before another could be written. */
function hasHistory(directory: Directory): boolean {
  const names = readdirSync(directory.at('.'));
  return names.some((name) => name.startsWith('ledger.damaged-')) || storedNames(directory).length > 0;
}

function storedNames(directory: Directory): readonly string[] {
  const store = directory.at(STORE);
  return existsSync(store) ? readdirSync(store) : [];
}

function setAside(directory: Directory): void {
  let place = 1;
  while (place < DAMAGED_LIMIT && existsSync(directory.at(`ledger.damaged-${place}`))) place++;
  try {
    renameSync(directory.at(FILE), directory.at(`ledger.damaged-${place}`));
  } catch {
    // A disk that takes no rename takes no write either: the run ends at its first write, and says so.
  }
}

/** An equal file may be there from a run that was cut off before its directory was durable: so that is done again. */
function keepBytes(directory: Directory, bytes: Uint8Array): string {
  const name = sha256(bytes);
  if (recallBytes(directory, name) === null) writeOwnFile(directory, name, bytes);
  else fsyncSync(directory.fd);
  return name;
}

function recallBytes(directory: Directory, name: string): Uint8Array | null {
  if (!/^[0-9a-f]{64}$/.test(name)) return null;
  try {
    const bytes = readOwnFile(directory, name);
    return bytes !== null && sha256(bytes) === name ? bytes : null;
  } catch {
    // Gone, unreadable or no file: lost, whatever the reason.
    return null;
  }
}

function pruneStore(directory: Directory, record: LedgerRecord): void {
  const files: readonly KeptFile[] = [...(record.lastGood?.files ?? []), ...(record.quiet?.files ?? [])];
  const named = new Set(files.map((file) => file.sha256));
  for (const name of readdirSync(directory.at('.'))) if (!named.has(name)) removeEntry(directory, name);
}
