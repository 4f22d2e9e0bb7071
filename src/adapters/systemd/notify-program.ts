import { execFile } from 'node:child_process';
import type { Supervisor } from '../../ports/daemon.ts';
import { SYSTEM_PATH } from '../processes.ts';
import { formatWords } from './format-state.ts';
import type { Telling } from './notify-descriptor.ts';

const PROGRAM = 'systemd-notify';
/** It waits until systemd has read the message, so that the sender is still known then. */
const DEADLINE_MS = 5_000;
/** More would only wait: what is told is soon old. */
const MOST_WAITING = 20;

/**
 * Tells systemd by systemd-notify(1), which is wherever systemd is: Node.js has no datagram sockets of the file system. One
 * after the other, 20 ms each. The unit needs `NotifyAccess=all`, since a child of the daemon tells.
 *
 * `socket`: NOTIFY_SOCKET of the daemon; the programs of a run do not get it, because php-fpm would tell systemd that it
 * is ready in the place of the daemon.
 */
export function programSupervisor(socket: string, { intervalMs, log }: Telling): Supervisor {
  let last: Promise<void> = Promise.resolve();
  let waiting = 0;
  let isTold = false;
  const warn = (reason: string): void => {
    if (!isTold) log.event('warning', 'untold', { reason });
    isTold = true;
  };
  return {
    intervalMs,
    tell(state) {
      if (waiting >= MOST_WAITING) return warn(`${PROGRAM} takes too long`);
      waiting++;
      const words = formatWords(state);
      last = last.then(async () => {
        const problem = await notify(socket, words);
        waiting--;
        if (problem !== null) warn(problem);
      });
    },
    close: async () => await last,
  };
}

/** Null: systemd has heard it. Without execa, so that an idle daemon stays small. */
async function notify(socket: string, words: readonly string[]): Promise<string | null> {
  const env = { PATH: SYSTEM_PATH, LC_ALL: 'C', NOTIFY_SOCKET: socket };
  const limits = { timeout: DEADLINE_MS, killSignal: 'SIGKILL' } as const;
  return await new Promise((resolve) => {
    execFile(PROGRAM, words, { env, ...limits }, (error, _stdout, stderr) => {
      if (error === null) resolve(null);
      else if (error.killed === true) resolve(`${PROGRAM} did not end within ${DEADLINE_MS / 1000} s`);
      else resolve(`${PROGRAM} failed (${error.code}): ${stderr.trim()}`);
    });
  });
}
