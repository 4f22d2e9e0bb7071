import type { Outcome } from '../core/types.ts';
import { exitCodeOf, makeReport } from '../reconcile/account.ts';
import { endInTime } from '../reconcile/deadline.ts';
import { dryRun } from '../reconcile/dry-run.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { tellOnce, tellsAnybody } from '../wire/open-notices.ts';
import type { OpenHost } from '../wire.ts';
import type { Call } from './command.ts';
import { flagOption } from './command.ts';
import { openHostOf } from './open-host.ts';
import { showOutcome } from './show-outcome.ts';

/** Exit code of `--detailed-exitcode` for a run that changed something. */
const CHANGED = 2;

/** One run, real or dry, shown as the options ask. */
export async function runOnce(call: Call, isDry: boolean): Promise<number> {
  const host = openHostOf(call);
  // Made before there is anything to show, so that a run that is killed late leaves nothing half made.
  const key = host.maskKey(isDry);
  const run = reconcile(isDry ? dryRun(host.world) : host.world);
  const outcome = await endInTime(run, { ms: host.config.limits.runMs, endPrograms: host.endPrograms });
  showOutcome(call, outcome, { isDry, key });
  if (!isDry) await tellNotices(call, host, outcome);
  const exitCode = exitCodeOf(outcome);
  const isDetailed = flagOption(call, 'detailedExitcode');
  return exitCode === 0 && outcome.kind === 'applied' && isDetailed ? CHANGED : exitCode;
}

/** Not of a run that was given up: what hangs must not go on beside this. */
async function tellNotices(call: Call, host: OpenHost, outcome: Outcome): Promise<void> {
  if (outcome.error?.code === 'DEADLINE' || !tellsAnybody(host.config)) return;
  await tellOnce(host, makeReport(outcome, false), call.io.environment);
}
