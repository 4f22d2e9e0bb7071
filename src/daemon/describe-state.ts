import type { RunEvent } from '../core/daemon/report.ts';
import { ERRORS } from '../core/errors.ts';
import type { Held } from '../core/types.ts';
import type { Standing } from '../reconcile/standing.ts';

export interface State {
  /** Null: it cannot be read. */
  readonly standing: Standing | null;
  /** Why the host is not ready. */
  readonly why: readonly string[];
  readonly lastSuccess: Date | null;
  readonly last: RunEvent | null;
}

/**
 * The state of a host for whoever may ask over the network. Messages are left out, because one about a variable may quote its
 * value; the code says what to look for in the log.
 */
export function describeState({
  standing,
  why,
  lastSuccess,
  last,
}: State): Readonly<Record<string, unknown>> {
  return {
    ready: why.length === 0,
    why,
    ...(standing === null ? {} : describeStanding(standing)),
    lastSuccess,
    lastRun: last === null ? null : describeRun(last),
  };
}

/** Hashes of content are left out as well: whoever knows the rest of a file could try values against them. */
function describeStanding({ owed, held, ...standing }: Standing) {
  const debt = owed === null ? null : { phase: owed.phase, commit: owed.commit, attempts: owed.attempts };
  return { ...standing, owed: debt, held: held.map(describeHeld) };
}

function describeHeld({ commit, at, tries, until }: Held) {
  return { commit, at, tries, until };
}

function describeRun({ reasons, at, seconds, report }: RunEvent) {
  const { status, exitCode, commit, content, changes, reloads, error } = report;
  return {
    reasons,
    at,
    seconds,
    status,
    exitCode,
    commit,
    content,
    changes,
    reloads,
    error: describeError(error),
  };
}

function describeError(error: RunEvent['report']['error']) {
  if (error === null) return null;
  const { code } = error;
  return { code, hint: code === 'BUG' ? null : ERRORS[code].hint };
}
