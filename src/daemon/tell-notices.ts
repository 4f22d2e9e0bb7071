import type { RunReport } from '../core/daemon/report.ts';
import type { CommitStatus } from '../core/notice/commit-status.ts';
import { judgeStatus } from '../core/notice/commit-status.ts';
import { judgeRun } from '../core/notice/judge-run.ts';
import type { Notice, NoticeKind } from '../core/notice/notice.ts';
import type { NoticeMemory } from '../core/notice/saved-memory.ts';
import { isSameMemory } from '../core/notice/saved-memory.ts';
import type { NoticeBook, Notifier } from '../ports/daemon.ts';
import type { Clock, Log } from '../ports.ts';

/** Who is told of the runs of a host, and what was told before. */
export interface NoticeWorld {
  readonly host: { readonly name: string; readonly environment: string | null };
  readonly events: readonly NoticeKind[];
  readonly repeatMs: number;
  /** Whether a forge is told what commits came to. */
  readonly tellsForge: boolean;
  /** Asked for when there is something to tell. */
  notifiers(): Promise<Notifiers>;
  readonly book: NoticeBook;
  /** Whether nothing is told that cannot be noted: a process that ends would tell it at each run. */
  readonly mustNote: boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** Those who take news of a host. */
export interface Notifiers {
  readonly people: readonly Notifier<Notice>[];
  /** Null: no forge is told. */
  readonly forge: Notifier<CommitStatus> | null;
}

/**
 * Tells people and the forge of a run, where it is news. It is noted before as sent in vain, so that a process that dies
 * meanwhile sends it again later, and not at each run. Rejects only for a bug.
 */
export async function tellRun(world: NoticeWorld, report: RunReport, deadline: AbortSignal): Promise<void> {
  const { book, log } = world;
  const before = book.read();
  const { news, posting } = judge(world, before, report);
  const missed: NoticeMemory = { runs: news.missed, status: posting.missed };
  const isNoted = isSameMemory(before, missed) || book.write(missed);
  const { notice } = news;
  const { status } = posting;
  if ((notice === null && status === null) || (!isNoted && world.mustNote)) return;
  const { people, forge } = await world.notifiers();
  const telling = { log, deadline };
  const [isTold, isPosted] = await Promise.all([
    notice === null || !world.events.includes(notice.kind) || tellPeople(people, notice, telling),
    status === null || forge === null || tell(forge, status, { ...telling, what: status.state }),
  ]);
  const after: NoticeMemory = {
    runs: isTold ? news.told : news.missed,
    status: isPosted ? posting.told : posting.missed,
  };
  if (!isSameMemory(missed, after)) book.write(after);
}

function judge({ host, repeatMs, tellsForge, clock }: NoticeWorld, before: NoticeMemory, report: RunReport) {
  const context = { host: host.name, environment: host.environment, repeatMs, now: clock.now() };
  const { status } = before;
  return {
    news: judgeRun(before.runs, report, context),
    posting: !tellsForge
      ? { status: null, told: status, missed: status }
      : judgeStatus(status, report, context),
  };
}

interface Telling {
  readonly log: Log;
  readonly deadline: AbortSignal;
}

/** Whether somebody took it, or there is nobody. */
async function tellPeople(
  people: readonly Notifier<Notice>[],
  notice: Notice,
  telling: Telling,
): Promise<boolean> {
  if (people.length === 0) return true;
  const taken = people.map((notifier) => tell(notifier, notice, { ...telling, what: notice.kind }));
  return (await Promise.all(taken)).includes(true);
}

/** Whether it was taken; the log says why not. */
async function tell<News>(
  notifier: Notifier<News>,
  news: News,
  { log, deadline, what }: Telling & { readonly what: string },
): Promise<boolean> {
  const why = await notifier.tell(news, deadline);
  const fields = { by: notifier.name, what };
  if (why === null) log.event('debug', 'told', fields);
  else log.event('warning', 'untold', { ...fields, why });
  return why === null;
}
