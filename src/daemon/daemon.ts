import type { RunEvent } from '../core/daemon/report.ts';
import type { DaemonWorld } from './daemon-world.ts';
import { Mailbox } from './mailbox.ts';
import { Patience } from './patience.ts';
import { serve } from './serve.ts';

/**
 * Serves until `ended`: triggers ask, the mailbox orders, the runner runs. A run is what `reconcile --once` does; the one in
 * flight comes to its end. Throws only what is a bug.
 */
export async function runDaemon(daemon: DaemonWorld): Promise<void> {
  const patience = new Patience(daemon.log);
  const mailbox = new Mailbox<RunEvent | null>((reasons) => serve({ ...daemon, patience }, reasons));
  const watches = daemon.triggers.map((trigger) => trigger.start((reason) => mailbox.ask(reason)));
  try {
    mailbox.ask('start').catch(() => undefined); // `failed` tells it
    await Promise.race([daemon.ended, mailbox.failed]);
  } finally {
    await Promise.all(watches.map((watch) => watch.stop()));
    await mailbox.drain();
    await daemon.runner.close();
    await Promise.all(daemon.listeners.map((listener) => listener.close?.()));
  }
}
