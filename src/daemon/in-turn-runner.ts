import type { Runner } from '../ports/daemon.ts';
import { inTurn } from '../reconcile/in-turn.ts';

/**
 * Runs that wait for another one of this host, such as cron's, at most so long: it may have asked the repository before there
 * was what this one is asked for.
 */
export function inTurnRunner(runner: Runner, waitMs: number): Runner {
  return {
    run: () =>
      inTurn(
        () => runner.run(),
        ({ status }) => status === 'busy',
        waitMs,
      ),
    warm: () => runner.warm(),
    close: () => runner.close(),
  };
}
