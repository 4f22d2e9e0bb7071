import { createHash } from 'node:crypto';
import { ReconcileError } from '../../../src/core/errors.ts';
import type { KeptFile, LedgerRecord } from '../../../src/core/types.ts';
import type { Ledger } from '../../../src/ports.ts';

/** What a host without a history reads. */
const EMPTY_RECORD: LedgerRecord = { schema: 1, lastGood: null, owed: null, held: [], quiet: null };

/** The host's memory in memory. `records` is every record written, oldest first; `lose` acts as a damaged disk. */
export class FakeLedger implements Ledger {
  readonly records: LedgerRecord[] = [];
  readonly kept = new Map<string, Uint8Array>();
  /** Called before every write and keep; may throw STATE_UNUSABLE, or anything else to act as a crash. */
  beforeWrite: (record: LedgerRecord | null) => void = () => {};
  #record: LedgerRecord = EMPTY_RECORD;

  read(): LedgerRecord {
    return this.#record;
  }

  write(record: LedgerRecord): void {
    this.beforeWrite(record);
    this.#record = structuredClone(record);
    this.records.push(this.#record);
  }

  keep(bytes: Uint8Array): string {
    this.beforeWrite(null);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    this.kept.set(sha256, Buffer.from(bytes));
    return sha256;
  }

  recall(sha256: string): Uint8Array | null {
    return this.kept.get(sha256) ?? null;
  }

  prune(record: LedgerRecord): void {
    const files: readonly KeptFile[] = [...(record.lastGood?.files ?? []), ...(record.quiet?.files ?? [])];
    const named = new Set(files.map((file) => file.sha256));
    for (const sha256 of this.kept.keys()) if (!named.has(sha256)) this.kept.delete(sha256);
  }

  /** The record is lost: it owes a reload of content that nobody knows. Kept bytes stay. */
  lose(): void {
    const owed = { phase: 'unknown', fingerprint: null, commit: null, incarnation: null } as const;
    this.#record = { ...EMPTY_RECORD, owed };
  }

  /** Every further write fails with STATE_UNUSABLE, as on a full disk. */
  fill(): void {
    this.beforeWrite = () => {
      throw new ReconcileError('STATE_UNUSABLE', 'scripted: no space left on device');
    };
  }
}
