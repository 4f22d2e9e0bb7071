import { ReconcileError } from '../../core/errors.ts';
import { acceptRewind } from '../../reconcile/accept-rewind.ts';
import type { Call, Command } from '../command.ts';
import { configOption } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';

/** `reconcile accept-rewind COMMIT`: takes a branch that was forced back, by name. */
export const acceptRewindCommand: Command = {
  name: 'accept-rewind',
  summary: 'take a rewound branch: the full name of the commit that it points to now',
  argument: '<commit>',
  options: [configOption],
  async run(call: Call): Promise<number> {
    const { io, argument } = call;
    const host = openHostOf(call);
    if (argument === null || !/^[0-9a-f]{40}$/.test(argument))
      throw new ReconcileError(
        'USAGE',
        'name the commit by its 40 hex digits, as `git rev-parse` prints them',
      );
    await acceptRewind(host.world, argument);
    io.stdout.write(`${argument} is accepted; the next run takes it\n`);
    return 0;
  },
};
