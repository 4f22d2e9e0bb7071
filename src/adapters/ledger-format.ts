import { sha256 } from '../core/sha256.ts';
import type { Held, KeptFile, LastGood, LedgerRecord, LostEdit, Owed, QuietRecord } from '../core/types.ts';

/** The text of the ledger file: sha256 (hex) of everything after the first line, then the record as JSON. */
export function formatLedger(record: LedgerRecord): string {
  const body = `${JSON.stringify(record, null, 2)}\n`;
  return `${sha256(body)}\n${body}`;
}

/**
 * The record in a ledger file's text, or null when a byte of it is damaged, it was cut short, or its shape is not
 * the one of schema 1. Fields that it does not know pass, so that an older program reads a newer one's record.
 * Loads nothing but node:crypto: the pass that finds nothing to do begins here.
 */
export function parseLedger(text: string): LedgerRecord | null {
  const end = text.indexOf('\n');
  const body = text.slice(end + 1);
  if (end !== 64 || text.slice(0, end) !== sha256(body)) return null;
  const record = parseJson(body);
  return isRecord(record) ? { ...record, untold: record.untold ?? [] } : null;
}

/** Records from before there were edits have no such field. */
type Written = Omit<LedgerRecord, 'untold'> & Partial<LedgerRecord>;

function isRecord(value: unknown): value is Written {
  return (
    isObject(value) &&
    value.schema === 1 &&
    isNullOr(isLastGood, value.lastGood) &&
    isNullOr(isOwed, value.owed) &&
    isListOf(isHeld, value.held) &&
    isNullOr(isText, value.highWater) &&
    isNullOr(isQuiet, value.quiet) &&
    (value.untold === undefined || isListOf(isLostEdit, value.untold))
  );
}

function isLastGood(value: unknown): value is LastGood {
  return (
    isObject(value) &&
    isText(value.fingerprint) &&
    isNullOr(isText, value.commit) &&
    isNullOr(isText, value.incarnation) &&
    isListOf(isKeptFile, value.files) &&
    isListOf(isText, value.secrets)
  );
}

function isKeptFile(value: unknown): value is KeptFile {
  return (
    isObject(value) &&
    isTarget(value.target) &&
    isText(value.path) &&
    isNullOr(isSha256, value.sha256) &&
    [value.mode, value.uid, value.gid].every(isCount)
  );
}

function isTarget(value: unknown): boolean {
  return value === 'php-fpm' || value === 'shell';
}

const PHASES: ReadonlySet<unknown> = new Set<Owed['phase']>([
  'prepared',
  'installed',
  'restoring',
  'unknown',
]);

function isOwed(value: unknown): value is Owed {
  return (
    isObject(value) &&
    PHASES.has(value.phase) &&
    (value.runs === 'last-good' || value.runs === 'unknown') &&
    isCount(value.attempts) &&
    [value.fingerprint, value.commit, value.incarnation].every((each) => isNullOr(isText, each))
  );
}

function isHeld(value: unknown): value is Held {
  return (
    isObject(value) &&
    [value.fingerprint, value.reason, value.basis].every(isText) &&
    isTime(value.at) &&
    isCount(value.tries) &&
    isNullOr(isTime, value.until) &&
    isNullOr(isText, value.commit)
  );
}

function isQuiet(value: unknown): value is QuietRecord {
  if (!isObject(value) || !isObject(value.config)) return false;
  const { config, source, textfile = null } = value; // older records have no textfile
  const texts = [value.version, value.environment, config.path, config.sha256];
  if (!texts.every(isText) || !isNullOr(isText, textfile)) return false;
  return isNullOr(isTip, source) && isListOf(isKeptFile, value.files);
}

function isLostEdit(value: unknown): value is LostEdit {
  return (
    isObject(value) &&
    isTarget(value.target) &&
    isText(value.path) &&
    isSha256(value.sha256) &&
    isNullOr(isSha256, value.base) &&
    isListOf(isText, value.secrets) &&
    isNullOr(isText, value.problem)
  );
}

function isTip(value: unknown): boolean {
  return isObject(value) && [value.gitdir, value.ref, value.commit].every(isText);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Its checksum is right, so this was never a record of ours: as damaged as any other.
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isSha256(value: unknown): value is string {
  return isText(value) && /^[0-9a-f]{64}$/.test(value);
}

function isTime(value: unknown): value is string {
  return isText(value) && Number.isFinite(Date.parse(value));
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isNullOr(is: (value: unknown) => boolean, value: unknown): boolean {
  return value === null || is(value);
}

function isListOf(is: (value: unknown) => boolean, value: unknown): boolean {
  return Array.isArray(value) && value.every(is);
}
