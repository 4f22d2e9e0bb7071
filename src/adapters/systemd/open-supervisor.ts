import type { Supervisor } from '../../ports/daemon.ts';
import type { Log } from '../../ports.ts';
import { descriptorSupervisor } from './notify-descriptor.ts';
import { programSupervisor } from './notify-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** The name that our unit gives to the descriptor. */
const DESCRIPTOR = 'notify';
/** sd_listen_fds(3). */
const FIRST_DESCRIPTOR = 3;

/** systemd, where it started this process and wants to hear of it; else nobody, who hears nothing. */
export function openSupervisor(environment: Environment, log: Log): Supervisor {
  const telling = { intervalMs: readInterval(environment), log };
  const fd = findDescriptor(environment);
  if (fd !== null) return descriptorSupervisor(fd, telling);
  const { NOTIFY_SOCKET: socket = '' } = environment;
  return socket === '' ? NOBODY : programSupervisor(socket, telling);
}

const NOBODY: Supervisor = { intervalMs: null, tell: () => undefined, close: async () => undefined };

/** Null: none was passed to this process. */
function findDescriptor({ LISTEN_PID, LISTEN_FDS, LISTEN_FDNAMES }: Environment): number | null {
  if (LISTEN_PID !== String(process.pid) || LISTEN_FDNAMES === undefined) return null;
  const index = LISTEN_FDNAMES.split(':').indexOf(DESCRIPTOR);
  return index < 0 || index >= Number(LISTEN_FDS) ? null : FIRST_DESCRIPTOR + index;
}

/** Half of the time after which systemd would start the daemon anew, as sd_watchdog_enabled(3) advises; null: it never would. */
function readInterval({ WATCHDOG_USEC, WATCHDOG_PID }: Environment): number | null {
  const microseconds = Number(WATCHDOG_USEC);
  if (!Number.isSafeInteger(microseconds) || microseconds <= 0) return null;
  if (WATCHDOG_PID !== undefined && WATCHDOG_PID !== String(process.pid)) return null;
  return Math.min(Math.max(1, Math.floor(microseconds / 2000)), LONGEST_INTERVAL_MS);
}

/** Node.js takes no longer timers. */
const LONGEST_INTERVAL_MS = 2 ** 31 - 1;

const OURS = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID', 'LISTEN_PID', 'LISTEN_FDS', 'LISTEN_FDNAMES'];

/** What a process of ours may have of an environment: not what systemd has said to this one alone. */
export function withoutSupervisor(environment: Environment): Environment {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !OURS.includes(name)));
}
