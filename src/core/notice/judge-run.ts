import type { RunReport } from '../daemon/report.ts';
import type { Location } from '../types.ts';
import type { RunMemory } from './memory.ts';
import {
  findFailure,
  findOpen,
  hasPassed,
  isEndDue,
  isFailureDue,
  isHeld,
  noteEnd,
  noteFailure,
} from './memory.ts';
import type { Notice, NoticeKind } from './notice.ts';
import { rowOf } from './write-notice.ts';

/** The host that a run was on, and what it wants to hear. */
export interface NoticeContext {
  readonly host: string;
  /** What the host's configuration says, in case that the repository does not; null: nothing. */
  readonly environment: string | null;
  /** The same failure is told again after this time. */
  readonly repeatMs: number;
  readonly now: Date;
}

/** Whether a run is news, and what is remembered then: `told` where somebody took the notice, `missed` where nobody did. */
export interface Judged {
  /** Null: nothing that people have to hear; both memories are equal then. */
  readonly notice: Notice | null;
  readonly told: RunMemory;
  readonly missed: RunMemory;
}

/** The same files that are put back again and again are told once in this time. */
const HEAL_QUIET_MS = 60 * 60_000;

/** One notice at most for each run: the most important that it has to tell. */
export function judgeRun(before: RunMemory, report: RunReport, context: NoticeContext): Judged {
  if (report.status === 'busy' || report.status === 'paused') return keepQuiet(before);
  const environment = report.environment ?? before.environment ?? context.environment;
  const memory: RunMemory = { ...before, environment, live: findLive(before, report) };
  const judging: Judging = { before, memory, report, context };
  return report.error === null ? judgeSuccess(judging) : judgeFailure(judging);
}

interface Judging {
  /** As it was when the run began. */
  readonly before: RunMemory;
  /** With what the run has found. */
  readonly memory: RunMemory;
  readonly report: RunReport;
  readonly context: NoticeContext;
}

function findLive({ live }: RunMemory, { error, commit, content, changes }: RunReport): string | null {
  if (error === null) return content ?? commit ?? live;
  return changes.length === 0 ? live : content;
}

function judgeFailure(judging: Judging): Judged {
  const { memory, report, context } = judging;
  const failure = findFailure(memory, report, context.now);
  if (!isFailureDue(failure, context.repeatMs, context.now)) return judgeHeal(judging);
  const kind = report.error !== null && isHeld(report.error.code) ? 'undone' : 'failed';
  const since = failure.toldAt !== null && failure.overAt === null ? failure.since : null;
  const notice = makeNotice(judging, kind, { commit: report.commit, since });
  return { notice, ...noteFailure(memory, failure, context.now) };
}

/** A run that did not ask the repository says nothing of the failures before it. */
function judgeSuccess(judging: Judging): Judged {
  const { memory, report, context } = judging;
  if (report.commit === null) return judgeHeal(judging);
  const open = findOpen(memory);
  const { untold, ...noted } = noteEnd(memory, context.now);
  if (!isEndDue(open, context.now)) return judgeChange({ ...judging, memory: untold });
  const since = open.map((failure) => failure.since).sort()[0] ?? null;
  return { notice: makeNotice(judging, 'recovered', { commit: memory.live, since }), ...noted };
}

function judgeChange(judging: Judging): Judged {
  const { before, memory, report } = judging;
  const didSomething = report.changes.length + report.reloads > 0;
  if (!didSomething || memory.live === before.live) return judgeHeal(judging);
  const notice = makeNotice(judging, 'applied', { commit: memory.live, since: null });
  return { notice, told: memory, missed: memory };
}

function judgeHeal(judging: Judging): Judged {
  const { memory, report, context } = judging;
  const paths = report.changes.map(({ path }) => path);
  const { healed } = memory;
  const isKnown = healed !== null && healed.paths.join('\0') === paths.join('\0');
  if (!isHeal(judging) || (isKnown && !hasPassed(healed.at, HEAL_QUIET_MS, context.now)))
    return keepQuiet(memory);
  const notice = makeNotice(judging, 'healed', { commit: memory.live, since: null });
  return {
    notice,
    told: { ...memory, healed: { paths, at: context.now.toISOString() } },
    missed: memory,
  };
}

/** Files were changed, and the commit that is live is the same. A run that went back or owes a reload tells so itself. */
function isHeal({ before, memory, report: { changes, error } }: Judging): boolean {
  if (changes.length === 0 || memory.live !== before.live) return false;
  return error === null || ![17, 18].includes(rowOf(error.code).exit);
}

function keepQuiet(memory: RunMemory): Judged {
  return { notice: null, told: memory, missed: memory };
}

function makeNotice(
  { memory, report, context }: Judging,
  kind: NoticeKind,
  about: Pick<Notice, 'commit' | 'since'>,
): Notice {
  return {
    kind,
    host: context.host,
    environment: memory.environment,
    at: context.now.toISOString(),
    ...about,
    code: report.error?.code ?? null,
    changes: report.changes.map(({ kind: change, path }) => ({ kind: change, path })),
    reloads: report.reloads,
    places: placesOf(report),
  };
}

function placesOf({ error, complaints }: RunReport): readonly Location[] {
  if (error === null) return [];
  return complaints.flatMap(({ severity, at }) => (severity === 'error' && at !== null ? [at] : []));
}
