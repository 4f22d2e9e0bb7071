import type { Trigger } from '../ports/daemon.ts';

/** Asks at SIGHUP, as `systemctl reload` sends it. */
export const signalTrigger: Trigger = {
  start(ask) {
    const hear = () => void ask('signal');
    process.on('SIGHUP', hear);
    return { stop: async () => void process.off('SIGHUP', hear) };
  },
};

/** Settles at the first SIGTERM or SIGINT; at the second one, the process ends as it would have at the first. */
export async function waitForEnd(): Promise<void> {
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}
