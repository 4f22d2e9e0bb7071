import type { Listener } from '../ports/daemon.ts';

const AFTER_MS = 60_000;

/** Calls a minute after something was done, once for all that was done meanwhile. A look that found nothing is nothing. */
export function restListener(rest: () => void): Listener {
  let timer: NodeJS.Timeout | null = null;
  return {
    hear({ reasons, report }) {
      if (timer !== null || (report.summary === null && !reasons.includes('start'))) return;
      timer = setTimeout(() => {
        timer = null;
        rest();
      }, AFTER_MS).unref();
    },
    close: async () => clearTimeout(timer ?? undefined),
  };
}
