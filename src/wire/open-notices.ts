import { systemClock } from '../adapters/clock.ts';
import type { Config } from '../config/config.ts';
import type { RunReport } from '../core/daemon/report.ts';
import { ReconcileError } from '../core/errors.ts';
import type { TellRun } from '../daemon/notice-listener.ts';
import { tellSafely } from '../daemon/notice-listener.ts';
import type { NoticeWorld } from '../daemon/tell-notices.ts';
import type { Environment } from '../quiet.ts';
import type { OpenHost } from '../wire.ts';

/** A run by cron waits so long, once it is over and its lock free. */
const ONCE_MS = 5_000;

/** Whether anybody is told of the runs of a host. */
export function tellsAnybody({ notify, commitStatus }: Config): boolean {
  return notify.channels.length > 0 || notify.mail !== null || commitStatus !== null;
}

/** Tells of a run of a process that ends then. Never rejects. */
export async function tellOnce(host: OpenHost, report: RunReport, environment: Environment): Promise<void> {
  await tellSafely(async () => {
    const notices = await openNotices(host, environment, true);
    const { tellRun } = await import('../daemon/tell-notices.ts');
    await tellRun(notices, report, AbortSignal.timeout(ONCE_MS));
  }, host.world.log);
}

/**
 * Tells of the runs of a daemon, as the configuration is at each of them; where it is wrong now, as it was before. Nothing is
 * loaded where nobody is to be told.
 */
export function tellAlways(open: () => OpenHost, environment: Environment): TellRun {
  let kept: { readonly host: OpenHost; readonly notices: NoticeWorld } | null = null;
  return async (report, deadline) => {
    const host = openNow(open) ?? kept?.host;
    if (host === undefined || !tellsAnybody(host.config)) return;
    if (kept?.host !== host) kept = { host, notices: await openNotices(host, environment, false) };
    const { tellRun } = await import('../daemon/tell-notices.ts');
    await tellRun(kept.notices, report, deadline);
  };
}

/** Null: the configuration is wrong, which the run tells. */
function openNow(open: () => OpenHost): OpenHost | null {
  try {
    return open();
  } catch (error) {
    if (error instanceof ReconcileError) return null;
    throw error;
  }
}

async function openNotices(
  { config, world: { log } }: OpenHost,
  environment: Environment,
  mustNote: boolean,
): Promise<NoticeWorld> {
  const { fileNoticeBook } = await import('../adapters/notice-book.ts');
  const { profile, notify, commitStatus, state } = config;
  return {
    host: profile,
    events: notify.events,
    repeatMs: notify.repeatMs,
    tellsForge: commitStatus !== null,
    notifiers: async () => (await import('./make-notifiers.ts')).makeNotifiers(config, environment),
    book: fileNoticeBook(state, log),
    mustNote,
    clock: systemClock,
    log,
  };
}
