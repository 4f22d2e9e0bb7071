import type { Call, Command } from '../command.ts';
import { configOption } from '../config-option.ts';
import { runOnce } from '../run-once.ts';

/** `reconcile plan`: what a run would change here, without changing it. */
export const plan: Command = {
  name: 'plan',
  summary: 'show what a run would change on this host, and change nothing',
  argument: null,
  options: [
    configOption,
    { flags: '--itemize', description: "print rsync's own codes, one line for each file" },
    { flags: '--detailed-exitcode', description: 'exit 2 when something would be changed' },
    { flags: '--json', description: 'print one JSON document instead of text' },
    { flags: '--verbose', description: 'tell every step on stderr' },
  ],
  run: (call: Call) => runOnce(call, true),
};
