import { ReconcileError } from '../../core/errors.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption } from '../config-option.ts';

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
    if (flagOption(call, 'printConfig')) return (await import('../show-config.ts')).showConfig(call);
    if (!flagOption(call, 'once'))
      throw new ReconcileError('USAGE', 'say what to do: `reconcile --once`, or a command');
    return await (await import('../run-once.ts')).runOnce(call, flagOption(call, 'dryRun'));
  },
};
