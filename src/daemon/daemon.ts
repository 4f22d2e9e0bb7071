import type { RunEvent } from '../core/daemon/report.ts';
import type { Ask } from '../ports/daemon.ts';
import type { DaemonWorld } from './daemon-world.ts';
import { Mailbox } from './mailbox.ts';
import { Patience } from './patience.ts';
import { RecentRun } from './recent-run.ts';
import { serve } from './serve.ts';

/**
 * Serves until `ended`: triggers ask, the mailbox orders, the runner runs. A run is what `reconcile --once` does; the one in
 * flight comes to its end. Throws only what is a bug.
 */
export async function runDaemon(daemon: DaemonWorld): Promise<void> {
  const patience = new Patience(daemon.log);
  const recent = new RecentRun();
  const mailbox = new Mailbox<RunEvent | null>(async (reasons) =>
    recent.answerWith(await serve({ ...daemon, patience }, reasons)),
  );
  const ask: Ask = (reason) => {
    const answer = mailbox.ask(reason);
    answer.catch(() => undefined); // `failed` tells it, whoever waits for the answer
    return answer;
  };
  const watches = daemon.triggers.map((trigger) => trigger.start(ask));
  try {
    void ask('start');
    await Promise.race([daemon.ended, mailbox.failed]);
  } finally {
    await Promise.all(watches.map((watch) => watch.stop()));
    await mailbox.drain();
    await daemon.runner.close();
    await Promise.all(daemon.listeners.map((listener) => listener.close?.()));
  }
}
