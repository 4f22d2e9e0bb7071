import { ERRORS, ReconcileError } from '../core/errors.ts';
import type { HistoryChange, HistoryEntry } from '../core/history-entry.ts';
import { sha256 } from '../core/sha256.ts';
import type { Change, LostEdit, Outcome } from '../core/types.ts';
import { findUntold } from './lost-edits.ts';
import { rememberEnd, rememberSettled } from './memory.ts';
import type { Ended } from './outcome.ts';
import { conclude, fail } from './outcome.ts';
import { sweep } from './sweep.ts';
import type { World } from './world.ts';

/**
 * Writes down how a run ended: its line in the history, then the ledger. A run that is killed in between, or leaves
 * something lying about, owes its proof still: a line can come twice and is never missing, and the next run cleans up.
 */
export function closeBooks(world: World, ended: Ended): Outcome {
  const { head, settled, error } = ended;
  const outcome = error === null ? conclude(head, settled) : fail(head, error, settled);
  try {
    const entry = toHistoryEntry(outcome, findUntold(world), world.clock.now());
    if (entry !== null) world.history.append(entry);
    sweep(world);
    if (settled.error === null) rememberSettled(world, settled.wanted, settled.incarnation);
    else rememberEnd(world);
    return tellUnfinished(outcome);
  } catch (second) {
    if (!(second instanceof ReconcileError)) throw second;
    return tellUnfinished({ ...outcome, kind: 'failed', error: outcome.error ?? second });
  }
}

/** Some codes say with their exit code that nothing was written; here something was. */
function tellUnfinished(outcome: Outcome): Outcome {
  const { error, changes, reloads } = outcome;
  if (error === null || changes.length + reloads === 0) return outcome;
  if (!NOTHING_WRITTEN.includes(ERRORS[error.code].exit)) return outcome;
  return { ...outcome, error: new ReconcileError('UNFINISHED', error.message, { cause: error }) };
}

/** The host's configuration or environment is wrong. */
const NOTHING_WRITTEN: readonly number[] = [19, 78];

function toHistoryEntry(outcome: Outcome, edits: readonly LostEdit[], now: Date): HistoryEntry | null {
  const { kind, commit, content, changes, reloads, error } = outcome;
  const isSomething = changes.length + reloads + edits.length > 0 || error?.code === 'APPLY_UNDONE';
  if (!isSomething) return null;
  return {
    at: now.toISOString(),
    head: commit,
    content,
    outcome: kind,
    changes: changes.map(toHistoryChange),
    reloads,
    error: error === null ? null : { code: error.code, message: error.message },
    edits,
  };
}

function toHistoryChange({ kind, desired, before, itemize }: Change): HistoryChange {
  const bytes = before.kind === 'file' ? before.bytes : null;
  return { path: desired.path, kind, itemize, before: hash(bytes), after: hash(desired.bytes) };
}

function hash(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : sha256(bytes);
}
