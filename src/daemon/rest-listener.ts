import type { Listener } from '../ports/daemon.ts';

const AFTER_MS = 60_000;

/** Calls a minute after a run or a look, once for all that there were meanwhile: looks leave something behind as well. */
export function restListener(rest: () => void): Listener {
  let timer: NodeJS.Timeout | null = null;
  return {
    hear() {
      timer ??= setTimeout(() => {
        timer = null;
        rest();
      }, AFTER_MS).unref();
    },
    close: async () => clearTimeout(timer ?? undefined),
  };
}
