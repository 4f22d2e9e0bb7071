import { systemClock } from '../adapters/clock.ts';
import { lineLog } from '../adapters/log.ts';
import type { Config } from '../config/config.ts';
import type { RunReport } from '../core/daemon/report.ts';
import { ReconcileError } from '../core/errors.ts';
import type { TellRun } from '../daemon/notice-listener.ts';
import { tellSafely } from '../daemon/notice-listener.ts';
import type { NoticeWorld } from '../daemon/tell-notices.ts';
import type { HostRequest, OpenHost } from '../wire.ts';

/** A run by cron waits so long, once it is over and its lock free. */
const ONCE_MS = 5_000;

/** Whether anybody is told of the runs of a host. */
export function tellsAnybody({ notify, commitStatus }: Config): boolean {
  return notify.channels.length > 0 || notify.mail !== null || commitStatus !== null;
}

/** Tells of a run of a process that ends then. Never rejects. */
export async function tellOnce({ config }: OpenHost, report: RunReport, request: HostRequest): Promise<void> {
  await tellSafely(async () => {
    const world = await openNotices(config, request, true);
    const { tellRun } = await import('../daemon/tell-notices.ts');
    await tellRun(world, report, AbortSignal.timeout(ONCE_MS));
  }, lineLog(request.log));
}

/**
 * Tells of the runs of a daemon, as the configuration is at each of them; where it is wrong now, as it was before. Nothing is
 * loaded where nobody is to be told.
 */
export function tellAlways(open: () => OpenHost, request: HostRequest): TellRun {
  let kept: { readonly config: Config; readonly world: NoticeWorld } | null = null;
  return async (report, deadline) => {
    const config = readConfig(open) ?? kept?.config;
    if (config === undefined || !tellsAnybody(config)) return;
    if (kept?.config !== config) kept = { config, world: await openNotices(config, request, false) };
    const { tellRun } = await import('../daemon/tell-notices.ts');
    await tellRun(kept.world, report, deadline);
  };
}

/** Null: it is wrong, which the run tells. */
function readConfig(open: () => OpenHost): Config | null {
  try {
    return open().config;
  } catch (error) {
    if (error instanceof ReconcileError) return null;
    throw error;
  }
}

async function openNotices(config: Config, request: HostRequest, mustNote: boolean): Promise<NoticeWorld> {
  const { fileNoticeBook } = await import('../adapters/notice-book.ts');
  const { profile, notify, commitStatus, state } = config;
  const log = lineLog(request.log);
  return {
    host: profile,
    events: notify.events,
    repeatMs: notify.repeatMs,
    tellsForge: commitStatus !== null,
    notifiers: async () => (await import('./make-notifiers.ts')).makeNotifiers(config, request.environment),
    book: fileNoticeBook(state, log),
    mustNote,
    clock: systemClock,
    log,
  };
}
