import { diffFiles } from '../core/diff.ts';
import type { Outcome } from '../core/types.ts';
import { makeReport, summarizeOutcome } from '../reconcile/account.ts';
import type { Call, Io } from './command.ts';
import { flagOption } from './command.ts';
import { printDiff, printFailure } from './print.ts';

/** How an outcome is shown. */
export interface Showing {
  readonly isDry: boolean;
  /** The key that masks secrets. */
  readonly key: Uint8Array;
}

/** Shows how a run ended as the options ask: text, `--itemize` or `--json`. Nothing where nothing changed. */
export function showOutcome(call: Call, outcome: Outcome, showing: Showing): void {
  const { io } = call;
  if (flagOption(call, 'json')) {
    io.stdout.write(`${JSON.stringify(makeReport(outcome, showing.isDry))}\n`);
    return;
  }
  if (flagOption(call, 'itemize')) {
    for (const change of outcome.changes) io.stdout.write(`${change.itemize} ${change.desired.path}\n`);
  } else {
    showChanges(io, outcome, showing);
  }
  printFailure(io, outcome);
}

function showChanges(io: Io, outcome: Outcome, showing: Showing): void {
  const summary = summarizeOutcome(outcome, showing.isDry);
  if (summary !== null) io.stdout.write(`${summary}\n`);
  for (const change of outcome.changes.filter((each) => each.kind !== 'metadata')) {
    const { target, path, bytes } = change.desired;
    const before = change.before.kind === 'file' ? change.before.bytes : null;
    const { secrets } = outcome;
    const lines = diffFiles({ target, before, after: bytes, secrets, key: showing.key });
    printDiff(io, { path, lines });
  }
}
