import type { Listener } from '../ports/daemon.ts';

const AFTER_MS = 5_000;

/** Calls when nothing was done for some seconds after something was. A look that found nothing is nothing. */
export function restListener(rest: () => void): Listener {
  let timer: NodeJS.Timeout | undefined;
  return {
    hear({ reasons, report }) {
      if (report.summary === null && !reasons.includes('start')) return;
      clearTimeout(timer);
      timer = setTimeout(rest, AFTER_MS).unref();
    },
    close: async () => clearTimeout(timer),
  };
}
