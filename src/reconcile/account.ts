import type { RunReport } from '../core/daemon/report.ts';
import { ERRORS } from '../core/errors.ts';
import type { Change, Outcome } from '../core/types.ts';

/** The exit code of a run, as docs/exit-codes.md lists them. 0: in sync, applied, or another run is at work. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome.error === null ? 0 : ERRORS[outcome.error.code].exit;
}

/** One sentence on what a run did, or would do, for people; null when that is nothing. */
export function summarizeOutcome(outcome: Outcome, isDry: boolean): string | null {
  if (outcome.changes.length === 0 && outcome.reloads === 0) return null;
  const verbs = isDry ? WOULD : DID;
  const work = outcome.changes.map((change) => `${verbs[change.kind]} ${change.desired.path}`);
  if (outcome.reloads > 0) work.push(verbs.reload);
  return `${outcome.content?.slice(0, 12) ?? 'the state before'}: ${work.join(', ')}`;
}

/** The outcome for programs; no value of a variable is in it. */
export function makeReport(outcome: Outcome, isDry: boolean): RunReport {
  const { kind, commit, content, changes, reloads, error, complaints } = outcome;
  return {
    status: kind,
    exitCode: exitCodeOf(outcome),
    commit,
    content,
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

type Verbs = Readonly<Record<Change['kind'] | 'reload', string>>;

const DID: Verbs = {
  create: 'created',
  replace: 'replaced',
  remove: 'removed',
  metadata: 'corrected mode or owner of',
  reload: 'reloaded php-fpm and proved it',
};

const WOULD: Verbs = {
  create: 'would create',
  replace: 'would replace',
  remove: 'would remove',
  metadata: 'would correct mode or owner of',
  reload: 'would reload php-fpm',
};
