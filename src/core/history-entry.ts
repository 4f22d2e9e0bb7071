import type { ErrorCode } from './errors.ts';
import type { Change, LostEdit, Outcome } from './types.ts';

/** What a run did, as one line of the history. Null instead of a line: nothing. */
export interface HistoryEntry {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The head of the repository; null when it could not be read. */
  readonly head: string | null;
  /** The commit whose content the changes brought; null: what was found on the host. */
  readonly content: string | null;
  readonly outcome: Outcome['kind'];
  readonly changes: readonly HistoryChange[];
  readonly reloads: number;
  readonly error: { readonly code: ErrorCode; readonly message: string } | null;
  /** What the run, or one before it that was cut off, displaced of somebody else's content. */
  readonly edits: readonly LostEdit[];
}

export interface HistoryChange {
  readonly path: string;
  readonly kind: Change['kind'];
  readonly itemize: string;
  /** sha256 (hex) of the bytes before and after; null: no file. */
  readonly before: string | null;
  readonly after: string | null;
}

/** A line as it was found: `cut`, it is no entry; `isBound`, it names the hash of the line before it. */
export type HistoryLine =
  | { readonly kind: 'entry'; readonly entry: HistoryEntry; readonly isBound: boolean }
  | { readonly kind: 'cut' };
