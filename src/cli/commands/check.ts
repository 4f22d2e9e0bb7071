import { checkRepository } from '../../core/check.ts';
import { hasErrors } from '../../core/complain.ts';
import { ERRORS } from '../../core/errors.ts';
import { makeRefusal } from '../../core/refusal.ts';
import { openRepository } from '../../wire.ts';
import type { Call, Command } from '../command.ts';
import { flagOption, textOption } from '../command.ts';
import { printComplaints } from '../print.ts';

/** `reconcile check DIR`: a whole repository for every host, every mistake at once. */
export const check: Command = {
  name: 'check',
  summary: 'check a whole config repository for every host and tell all mistakes at once',
  argument: '[dir]',
  options: [
    { flags: '--branch <name>', description: 'branch of a bare repository (default: main)' },
    { flags: '--json', description: 'print one JSON document instead of text' },
  ],
  async run(call: Call): Promise<number> {
    const directory = call.argument ?? '.';
    const snapshot = await openRepository(directory, textOption(call, 'branch') ?? 'main');
    const complaints = checkRepository(snapshot);
    const isRefused = hasErrors(complaints);
    if (flagOption(call, 'json')) {
      call.io.stdout.write(`${JSON.stringify({ ok: !isRefused, complaints })}\n`);
    } else {
      printComplaints(call.io, complaints);
      if (!isRefused) call.io.stdout.write(`${directory}: no mistakes\n`);
    }
    return isRefused ? ERRORS[makeRefusal(directory, complaints).code].exit : 0;
  },
};
