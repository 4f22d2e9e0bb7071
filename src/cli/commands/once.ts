import { ReconcileError } from '../../core/errors.ts';
import { exitCodeOf } from '../../reconcile/account.ts';
import { endInTime } from '../../reconcile/deadline.ts';
import { dryRun } from '../../reconcile/dry-run.ts';
import { reconcile } from '../../reconcile/reconcile.ts';
import { readConfig } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption, configPathOf } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';
import { showConfig } from '../show-config.ts';
import { showOutcome } from '../show-outcome.ts';

/** Exit code of `--detailed-exitcode` for a run that changed something. */
const CHANGED = 2;

/** `reconcile --once`: one run, for cron; silent when nothing changed. */
export const once: Command = {
  name: 'reconcile',
  summary: 'Keep the environment variables of this PHP host equal to a git repository.',
  argument: null,
  options: [
    {
      flags: '--once',
      description: 'one run: bring this host to the tip of the branch; silent when nothing changed',
    },
    {
      flags: '--dry-run',
      description: 'with --once: check and rehearse everything, write and signal nothing',
    },
    { flags: '--detailed-exitcode', description: 'with --once: exit 2 when something was changed' },
    configOption,
    { flags: '--print-config', description: 'print the host configuration as it is read, with its defaults' },
    { flags: '--json', description: 'print one JSON document instead of text' },
    { flags: '--verbose', description: 'tell every step on stderr' },
  ],
  async run(call: Call): Promise<number> {
    if (flagOption(call, 'printConfig'))
      return showConfig(call, readConfig(configPathOf(call), call.io.environment));
    if (!flagOption(call, 'once'))
      throw new ReconcileError('USAGE', 'say what to do: `reconcile --once`, or a command');
    return await runOnce(call, flagOption(call, 'dryRun'));
  },
};

/** One run, real or dry, shown as the options ask. */
export async function runOnce(call: Call, isDry: boolean): Promise<number> {
  const host = openHostOf(call);
  // Made before there is anything to show, so that a run that is killed late leaves nothing half made.
  const key = host.maskKey(isDry);
  const run = reconcile(isDry ? dryRun(host.world) : host.world);
  const outcome = await endInTime(run, { ms: host.config.limits.runMs, endPrograms: host.endPrograms });
  showOutcome(call, outcome, { isDry, key });
  const exitCode = exitCodeOf(outcome);
  const isDetailed = flagOption(call, 'detailedExitcode');
  return exitCode === 0 && outcome.kind === 'applied' && isDetailed ? CHANGED : exitCode;
}
