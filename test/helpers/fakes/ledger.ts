import { createHash } from 'node:crypto';
import { ReconcileError } from '../../../src/core/errors.ts';
import { EMPTY_RECORD, salvageRecord } from '../../../src/core/ledger-record.ts';
import type { KeptFile, LedgerRecord } from '../../../src/core/types.ts';
import type { Ledger } from '../../../src/ports.ts';

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

  prune(records: readonly LedgerRecord[]): void {
    const files: readonly KeptFile[] = records.flatMap(({ lastGood, quiet }) => [
      ...(lastGood?.files ?? []),
      ...(quiet?.files ?? []),
    ]);
    const named = new Set(files.map((file) => file.sha256));
    for (const sha256 of this.kept.keys()) if (!named.has(sha256)) this.kept.delete(sha256);
  }

  /** The record is damaged; the one before it and kept bytes stay. */
  lose(): void {
    this.#record = salvageRecord(this.records.at(-2) ?? null);
  }

  /** Every further write fails with STATE_UNUSABLE, as on a full disk. */
  fill(): void {
    this.beforeWrite = () => {
      throw new ReconcileError('STATE_UNUSABLE', 'scripted: no space left on device');
    };
  }
}
