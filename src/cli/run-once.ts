import type { Outcome } from '../core/types.ts';
import { runHeard } from '../daemon/run-heard.ts';
import { exitCodeOf, makeReport } from '../reconcile/account.ts';
import { dryRun } from '../reconcile/dry-run.ts';
import { reconcile } from '../reconcile/reconcile.ts';
import { openListeners } from '../wire/open-listeners.ts';
import { tellOnce, tellsAnybody } from '../wire/open-notices.ts';
import type { OpenHost } from '../wire.ts';
import type { Call } from './command.ts';
import { flagOption } from './command.ts';
import { openHostOf } from './open-host.ts';
import { runInTime } from './run-in-time.ts';
import { showOutcome } from './show-outcome.ts';

/** Exit code of `--detailed-exitcode` for a run that changed something. */
const CHANGED = 2;

/** One run, real or dry, shown as the options ask. */
export async function runOnce(call: Call, isDry: boolean): Promise<number> {
  const host = openHostOf(call);
  const { outcome, key } = isDry ? await carryOut(host, isDry) : await carryOutHeard(host);
  showOutcome(call, outcome, { isDry, key });
  if (!isDry) await tellNotices(call, host, outcome);
  const exitCode = exitCodeOf(outcome);
  const isDetailed = flagOption(call, 'detailedExitcode');
  return exitCode === 0 && outcome.kind === 'applied' && isDetailed ? CHANGED : exitCode;
}

/** A dry run is nobody else's business. */
async function carryOutHeard(host: OpenHost): Promise<Shown> {
  const listeners = await openListeners(host);
  return await runHeard({ listeners, clock: host.world.clock }, () => carryOut(host, false));
}

interface Shown {
  readonly outcome: Outcome;
  /** The key that masks secrets. */
  readonly key: Uint8Array;
}

async function carryOut(host: OpenHost, isDry: boolean): Promise<Shown> {
  // Made before there is anything to show, so that a run that is killed late leaves nothing half made.
  const key = host.maskKey(isDry);
  const outcome = await runInTime(host, (world) => reconcile(isDry ? dryRun(world) : world));
  return { outcome, key };
}

/** Not of a run that was given up: what hangs must not go on beside this. */
async function tellNotices(call: Call, host: OpenHost, outcome: Outcome): Promise<void> {
  if (outcome.error?.code === 'DEADLINE' || !tellsAnybody(host.config)) return;
  await tellOnce(host, makeReport(outcome, false), call.io.environment);
}
