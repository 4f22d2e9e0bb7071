import { existsSync, fsyncSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { EMPTY_RECORD, salvageRecord } from '../core/ledger-record.ts';
import { sha256 } from '../core/sha256.ts';
import type { LedgerRecord } from '../core/types.ts';
import type { Ledger } from '../ports.ts';
import { removeEntry, sweepTemporaries } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory } from './directory.ts';
import { formatLedger, parseLedger } from './ledger-format.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { linkOver, readOwnFile, writeOwnFile } from './own-file.ts';

const FILE = 'ledger.json';
/** The record before the last write. */
const PREVIOUS = 'ledger.previous.json';
const STORE = 'store';
/** Damaged records that are kept for people to look at; the last place is used again and again. */
const DAMAGED_LIMIT = 5;

/**
 * The host's memory in a directory: `ledger.json` with its own checksum, the record before it, and `store/<sha256>`
 * with kept bytes, all for our eyes only. Each write replaces a whole file and is durable when it returns.
 *
 * The directory is made (0700) at the first write, its parents never. Where it belongs to somebody else or others
 * can write to it, every call throws STATE_UNUSABLE. A host without the directory reads an empty record; one with
 * traces of a record that is gone, damaged or somebody else's reads a record that owes a reload.
 */
export function fileLedger(stateDir: string): Ledger {
  const store = join(stateDir, STORE);
  const write = (record: LedgerRecord): void => {
    ensureDirectory(stateDir, OWN_DIRECTORY);
    using(stateDir, (directory) => writeRecord(directory, record));
  };
  const read = (): LedgerRecord => (existsSync(stateDir) ? using(stateDir, readRecord) : EMPTY_RECORD);
  return {
    read,
    write,
    keep: (bytes) => {
      // Kept bytes without a record are the trace of a lost one: so the record comes first.
      if (!existsSync(join(stateDir, FILE))) write(read());
      ensureDirectory(store, OWN_DIRECTORY);
      return using(store, (directory) => keepBytes(directory, bytes));
    },
    recall: (sha256) =>
      existsSync(store) ? using(store, (directory) => recallBytes(directory, sha256)) : null,
    prune: (records) => {
      if (existsSync(stateDir)) using(stateDir, sweepRecords);
      if (existsSync(store)) using(store, (directory) => pruneStore(directory, records));
    },
  };
}

function using<T>(path: string, work: (directory: Directory) => T): T {
  return inOwnDirectory(path, `state directory ${path}`, work);
}

function readRecord(directory: Directory): LedgerRecord {
  const found = findRecord(directory, FILE);
  if (found === 'none' && !hasHistory(directory)) return EMPTY_RECORD;
  if (typeof found === 'object') return found;
  const previous = findRecord(directory, PREVIOUS);
  return salvageRecord(typeof previous === 'object' ? previous : null);
}

function findRecord(directory: Directory, name: string): LedgerRecord | 'none' | 'damaged' {
  try {
    const bytes = readOwnFile(directory, name);
    return bytes === null ? 'none' : (parseLedger(bytes.toString('utf8')) ?? 'damaged');
  } catch {
    // An I/O error, a directory, a link, somebody else's file: whatever stands there is no record to trust.
    return 'damaged';
  }
}

/** Whether a record once stood here: kept bytes, the record before it, or one that was set aside. */
function hasHistory(directory: Directory): boolean {
  const names = readdirSync(directory.at('.'));
  return (
    names.some((name) => /^ledger\.(?:damaged-|previous)/.test(name)) || storedNames(directory).length > 0
  );
}

function storedNames(directory: Directory): readonly string[] {
  const store = directory.at(STORE);
  return existsSync(store) ? readdirSync(store) : [];
}

/** At no instant is there no record: the one before gets a second name, and loses its first to the new one. */
function writeRecord(directory: Directory, record: LedgerRecord): void {
  const found = findRecord(directory, FILE);
  if (found === 'damaged') setAside(directory);
  else if (found !== 'none') keepPrevious(directory);
  writeOwnFile(directory, FILE, Buffer.from(formatLedger(record)));
}

function keepPrevious(directory: Directory): void {
  try {
    linkOver(directory, FILE, PREVIOUS);
  } catch {
    // It serves a damaged record only; a disk that is full or ill tells so at the record itself.
  }
}

function setAside(directory: Directory): void {
  let place = 1;
  while (place < DAMAGED_LIMIT && existsSync(directory.at(`ledger.damaged-${place}`))) place++;
  try {
    renameSync(directory.at(FILE), directory.at(`ledger.damaged-${place}`));
  } catch {
    // A disk that takes no rename takes no write either, which is told then; a directory in the last place stays.
  }
}

function sweepRecords(directory: Directory): void {
  for (const name of [FILE, PREVIOUS]) sweepTemporaries(directory, name);
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

function pruneStore(directory: Directory, records: readonly LedgerRecord[]): void {
  const files = records.flatMap(({ lastGood, quiet }) => [
    ...(lastGood?.files ?? []),
    ...(quiet?.files ?? []),
  ]);
  const named = new Set(files.map((file) => file.sha256));
  for (const name of readdirSync(directory.at('.'))) if (!named.has(name)) removeEntry(directory, name);
}
