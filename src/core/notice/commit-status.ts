import type { RunReport } from '../daemon/report.ts';
import { cutText, unitsOf } from './cut-text.ts';
import { hasPassed, isHeld, RETRY_MS } from './memory.ts';
import { describePlace, rowOf } from './write-notice.ts';

/** `pending`: the commit is not live here yet, and that is not its fault. */
export type CommitState = 'pending' | 'success' | 'failure';

/** What a commit came to on one host. No value of a variable is in it. */
export interface CommitStatus {
  readonly commit: string;
  readonly state: CommitState;
  /** Tells this host's word from that of others. */
  readonly context: string;
  /** At most 140 characters, as GitHub takes them. */
  readonly description: string;
}

/** The status that was posted last, or in vain. */
export interface StatusMemory {
  readonly commit: string;
  readonly state: CommitState;
  readonly description: string;
  /** When it was sent in vain last; ISO 8601, UTC. Null: it was taken. */
  readonly missedAt: string | null;
}

/** What is to be posted, and what is remembered where it was taken, and where it was not. */
export interface JudgedStatus {
  readonly status: CommitStatus | null;
  readonly told: StatusMemory | null;
  readonly missed: StatusMemory | null;
}

const DESCRIPTION_CHARACTERS = 140;

/** A status is posted when it is another one than before: GitHub takes 1,000 for a commit and context. */
export function judgeStatus(
  before: StatusMemory | null,
  report: RunReport,
  { host, now }: { readonly host: string; readonly now: Date },
): JudgedStatus {
  const status = makeStatus(report, host);
  if (status === null) return { status: null, told: before, missed: before };
  const { context: _, ...told } = { ...status, missedAt: null };
  const isSame =
    before?.commit === told.commit && before.state === told.state && before.description === told.description;
  if (isSame && (before.missedAt === null || !hasPassed(before.missedAt, RETRY_MS, now)))
    return { status: null, told: before, missed: before };
  return { status, told, missed: { ...told, missedAt: now.toISOString() } };
}

function makeStatus(report: RunReport, host: string): CommitStatus | null {
  const { commit, status } = report;
  if (commit === null || status === 'busy' || status === 'paused') return null;
  const state = stateOf(report);
  const description = cutText(describe(report), DESCRIPTION_CHARACTERS, unitsOf);
  return { commit, state, context: `php-env-reconciler/${host}`, description };
}

/** The commit itself failed where only another one helps, or where php-fpm did not take it over. */
function stateOf({ error }: RunReport): CommitState {
  if (error === null) return 'success';
  return isHeld(error.code) || rowOf(error.code).next === 'on-new-commit' ? 'failure' : 'pending';
}

function describe(report: RunReport): string {
  const { error, complaints } = report;
  if (error === null) return 'live on this host';
  if (isHeld(error.code)) return 'held: php-fpm did not take it over, and the state before it is live';
  const [place, ...others] = complaints.flatMap(({ severity, at }) =>
    severity === 'error' && at !== null ? [at] : [],
  );
  const word = stateOf(report) === 'failure' ? 'refused' : 'not live yet';
  const where = place === undefined ? '' : ` at ${describePlace(place)}`;
  return `${word}: ${error.code}${where}${others.length === 0 ? '' : ` and ${others.length} more`}`;
}
