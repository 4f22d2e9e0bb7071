import { diffFiles } from '../core/diff.ts';
import type { Change, Outcome } from '../core/types.ts';
import { exitCodeOf, summarizeOutcome } from '../reconcile/account.ts';
import type { Call } from './command.ts';
import { flagOption } from './command.ts';
import { printOutcome } from './print.ts';

/** Shows how a run ended as the options ask: text, `--itemize` or `--json`. Nothing where nothing changed. */
export function showOutcome(call: Call, outcome: Outcome, maskKey: () => Uint8Array): void {
  const { io } = call;
  if (flagOption(call, 'json')) {
    io.stdout.write(`${JSON.stringify(toDocument(outcome))}\n`);
    return;
  }
  const lines = flagOption(call, 'itemize')
    ? outcome.changes.map((change) => `${change.itemize} ${change.desired.path}`)
    : outcome.changes.flatMap((change) => diffChange(change, outcome.secrets, maskKey));
  printOutcome(io, outcome, lines);
}

function diffChange(
  change: Change,
  secrets: readonly string[],
  maskKey: () => Uint8Array,
): readonly string[] {
  if (change.kind === 'metadata') return [];
  const before = change.before.kind === 'file' ? change.before.bytes : null;
  return diffFiles({
    target: change.desired.target,
    before,
    after: change.desired.bytes,
    secrets,
    key: maskKey(),
  });
}

/** The outcome for programs; no value of a variable is in it. */
function toDocument(outcome: Outcome): unknown {
  const { kind, commit, changes, reloads, error, complaints } = outcome;
  return {
    status: kind,
    exitCode: exitCodeOf(outcome),
    commit,
    summary: summarizeOutcome(outcome),
    changes: changes.map((change) => ({
      kind: change.kind,
      path: change.desired.path,
      itemize: change.itemize,
    })),
    reloads,
    error: error === null ? null : { code: error.code, message: error.message },
    complaints,
  };
}
