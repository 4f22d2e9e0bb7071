import type { RunReport } from '../../../src/core/daemon/report.ts';
import type { CommitStatus } from '../../../src/core/notice/commit-status.ts';
import type { Notice, NoticeKind } from '../../../src/core/notice/notice.ts';
import { NOTICE_KINDS } from '../../../src/core/notice/notice.ts';
import type { NoticeWorld } from '../../../src/daemon/tell-notices.ts';
import { tellRun } from '../../../src/daemon/tell-notices.ts';
import { FakeClock } from './clock.ts';
import { FakeLog } from './log.ts';
import { FakeNoticeBook } from './notice-book.ts';
import { FakeNotifier } from './notifier.ts';

/** A host that tells two services and a forge of its runs. */
export class FakeNoticeWorld {
  readonly people = [new FakeNotifier<Notice>('slack'), new FakeNotifier<Notice>('mail')] as const;
  readonly forge = new FakeNotifier<CommitStatus>('github');
  readonly book = new FakeNoticeBook();
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  events: readonly NoticeKind[] = NOTICE_KINDS;
  tellsForge = true;
  mustNote = false;
  /** How often the notifiers were built. */
  builds = 0;

  get world(): NoticeWorld {
    const { people, forge, book, clock, log, events, tellsForge, mustNote } = this;
    const notifiers = async () => {
      this.builds++;
      return { people, forge: tellsForge ? forge : null };
    };
    const host = { name: 'web-1', environment: null };
    return { host, events, repeatMs: 24 * 3_600_000, tellsForge, notifiers, book, mustNote, clock, log };
  }

  /** One run, a minute after the one before. */
  async hear(report: RunReport): Promise<void> {
    this.clock.advance(60_000);
    await tellRun(this.world, report, AbortSignal.timeout(10_000));
  }

  /** What the first service was told. */
  kinds(): readonly NoticeKind[] {
    return this.people[0].told.map(({ kind }) => kind);
  }
}
