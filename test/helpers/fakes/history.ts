import type { HistoryEntry, HistoryLine } from '../../../src/core/history-entry.ts';
import type { History } from '../../../src/ports.ts';

/** A history in memory. */
export class FakeHistory implements History {
  readonly entries: HistoryEntry[] = [];

  append(entry: HistoryEntry): void {
    this.entries.push(entry);
  }

  read(): readonly HistoryLine[] {
    return this.entries.map((entry) => ({ kind: 'entry', entry, isBound: true }));
  }

  last(): HistoryEntry | null {
    return this.entries.at(-1) ?? null;
  }
}
