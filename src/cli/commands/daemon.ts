import { runDaemon } from '../../daemon/daemon.ts';
import type { Call, Command } from '../command.ts';
import { configOption } from '../config-option.ts';
import { hostRequestOf } from '../open-host.ts';

/** `reconcile daemon`: keeps this host at the tip of the branch, without cron. */
export const daemon: Command = {
  name: 'daemon',
  summary: 'stay, and bring this host to each new commit within a second; SIGHUP asks, SIGTERM ends',
  argument: null,
  options: [configOption, { flags: '--verbose', description: 'tell every step on stderr' }],
  async run(call: Call): Promise<number> {
    const { openDaemon } = await import('../../wire/open-daemon.ts');
    const { world, release } = await openDaemon({ ...hostRequestOf(call, 'info'), self: call.io.self });
    try {
      await runDaemon(world);
      return 0;
    } finally {
      release();
    }
  },
};
