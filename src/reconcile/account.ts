import { ERRORS } from '../core/errors.ts';
import type { Change, Outcome } from '../core/types.ts';

/** The exit code of a run, as docs/exit-codes.md lists them. 0: in sync, applied, or another run is at work. */
export function exitCodeOf(outcome: Outcome): number {
  return outcome.error === null ? 0 : ERRORS[outcome.error.code].exit;
}

/** One sentence on what a run did, for people; null when it did nothing. */
export function summarizeOutcome(outcome: Outcome): string | null {
  if (outcome.changes.length === 0 && outcome.reloads === 0) return null;
  const work = outcome.changes.map(describeChange);
  if (outcome.reloads > 0) work.push('php-fpm reloaded and proven');
  const commit =
    outcome.commit === null || outcome.error !== null ? 'last good state' : outcome.commit.slice(0, 12);
  return `${commit}: ${work.join(', ')}`;
}

const DONE = {
  create: 'created',
  replace: 'replaced',
  remove: 'removed',
  metadata: 'mode or owner corrected of',
} as const;

function describeChange(change: Change): string {
  return `${DONE[change.kind]} ${change.desired.path}`;
}
