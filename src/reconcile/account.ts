import type { RunReport } from '../core/daemon/report.ts';
import { ERRORS } from '../core/errors.ts';
import type { Outcome } from '../core/types.ts';
import { describeWork } from '../core/work.ts';

/** The exit code of a run, as docs/exit-codes.md lists them. 0: in sync, applied, or another run is at work. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome.error === null ? 0 : ERRORS[outcome.error.code].exit;
}

/** One sentence on what a run did, or would do, for people; null when that is nothing. */
export function summarizeOutcome(outcome: Outcome, isDry: boolean): string | null {
  const changes = outcome.changes.map(({ kind, desired }) => ({ kind, path: desired.path }));
  const work = describeWork({ changes, reloads: outcome.reloads }, isDry);
  if (work.length === 0) return null;
  return `${outcome.content?.slice(0, 12) ?? 'the state before'}: ${work.join(', ')}`;
}

/** The outcome for programs; no value of a variable is in it. */
export function makeReport(outcome: Outcome, isDry: boolean): RunReport {
  const { kind, commit, content, environment, changes, reloads, error, complaints } = outcome;
  return {
    status: kind,
    exitCode: exitCodeOf(outcome),
    commit,
    content,
    environment,
    summary: summarizeOutcome(outcome, isDry),
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
