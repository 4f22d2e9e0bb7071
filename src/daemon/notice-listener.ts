import type { RunEvent, RunReport } from '../core/daemon/report.ts';
import type { Listener } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';

/** So many runs wait while somebody is told slowly; of more, the notices are lost. */
const MOST_WAITING = 100;
/** What is under way when the daemon ends may take so long. */
const CLOSE_MS = 3_000;

/** Tells of one run, and gives up at the signal. */
export type TellRun = (report: RunReport, deadline: AbortSignal) => Promise<void>;

/** Tells of each run behind the daemon's back, of one after the other: what was told of a run decides what is told of the next. */
export function noticeListener(tellRun: TellRun, log: Log): Listener {
  return new NoticeListener(tellRun, log);
}

class NoticeListener implements Listener {
  readonly #tellRun: TellRun;
  readonly #log: Log;
  #current = new AbortController();
  #isLate = false;
  #last: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(tellRun: TellRun, log: Log) {
    this.#tellRun = tellRun;
    this.#log = log;
  }

  hear({ report }: RunEvent): void {
    if (this.#waiting === MOST_WAITING) return;
    this.#waiting++;
    this.#last = this.#last.then(() => this.#tell(report));
  }

  async close(): Promise<void> {
    const timer = setTimeout(() => {
      this.#isLate = true;
      this.#current.abort();
    }, CLOSE_MS);
    await this.#last;
    clearTimeout(timer);
  }

  async #tell(report: RunReport): Promise<void> {
    this.#current = new AbortController();
    const { signal } = this.#current;
    if (this.#isLate) this.#current.abort();
    await tellSafely(() => this.#tellRun(report, signal), this.#log);
    this.#waiting--;
  }
}

/** A bug in telling of a run ends nothing and changes no exit code: the log has its stack. */
export async function tellSafely(tell: () => Promise<void>, log: Log): Promise<void> {
  try {
    await tell();
  } catch (error) {
    log.event('error', 'notices-failed', { bug: error instanceof Error ? error.stack : error });
  }
}
