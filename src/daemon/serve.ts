import type { Reason } from '../core/daemon/reason.ts';
import type { RunEvent, RunReport } from '../core/daemon/report.ts';
import { reportSettled } from '../core/daemon/report.ts';
import { ReconcileError } from '../core/errors.ts';
import { secondsBetween } from '../core/seconds-between.ts';
import { findSettled } from '../reconcile/find-settled.ts';
import type { DaemonWorld } from './daemon-world.ts';
import type { Patience } from './patience.ts';

/** Asks behind which there is nearly always something new. */
const PROMISING: readonly Reason[] = ['webhook', 'push', 'request'];

/**
 * One turn of the daemon: looks whether there is anything to do, and has a run where there is. Everybody who listens hears of
 * it. Null: it is too soon after a failure.
 */
export async function serve(
  daemon: DaemonWorld & { readonly patience: Patience },
  reasons: ReadonlySet<Reason>,
): Promise<RunEvent | null> {
  const { runner, clock, patience, listeners, pulse } = daemon;
  const at = clock.now();
  if (patience.waits(reasons, at)) return null;
  if (PROMISING.some((reason) => reasons.has(reason))) runner.warm();
  const report = await pulse.watch(lookOrRun(daemon));
  const seconds = secondsBetween(at, clock.now());
  const event: RunEvent = { reasons: [...reasons], at, seconds, report };
  patience.take(event);
  for (const listener of listeners) listener.hear(event);
  return event;
}

async function lookOrRun(daemon: DaemonWorld): Promise<RunReport> {
  return (await look(daemon)) ?? (await daemon.runner.run());
}

/** Null: a run has to find out, or to tell what is wrong. */
async function look({ world }: DaemonWorld): Promise<RunReport | null> {
  try {
    const settled = await findSettled(world());
    return settled === null ? null : reportSettled(settled.commit);
  } catch (error) {
    if (error instanceof ReconcileError) return null;
    throw error;
  }
}
