/**
 * What /proc tells of other processes (proc(5)). Every call gives null or an empty list for a process that is gone,
 * or that may not be looked at: a process can end between any two calls.
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { sha256 } from '../core/sha256.ts';

export interface ProcessStat {
  /** One letter of proc_pid_stat(5): `Z` is a zombie, `T` stopped. */
  readonly state: string;
  readonly ppid: number;
  /** Clock ticks (10 ms) after boot. */
  readonly startTicks: number;
}

const TICK_MS = 10; // USER_HZ is 100 on every Linux that Node runs on
const DELETED = ' (deleted)';

/** Every process id of this pid namespace. */
export function listPids(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The arguments as they stand in memory now; a program may have written its title over them. Empty for a zombie. */
export function readCommandLine(pid: number): readonly string[] {
  const text = read(`/proc/${pid}/cmdline`)?.toString() ?? '';
  return text.replace(/\0+$/, '').split('\0');
}

/** The program file, also when it was replaced or removed since the start. */
export function readExecutable(pid: number): string | null {
  const path = readLink(`/proc/${pid}/exe`);
  return path?.endsWith(DELETED) ? path.slice(0, -DELETED.length) : path;
}

/** What relative paths of the process start from. */
export function readWorkingDirectory(pid: number): string | null {
  return readLink(`/proc/${pid}/cwd`);
}

/** Identity of the pid namespace, e.g. `pid:[4026531836]`. */
export function readPidNamespace(pid: number | 'self'): string | null {
  return readLink(`/proc/${pid}/ns/pid`);
}

/** State, parent and start of a process, proc_pid_stat(5). */
export function readStat(pid: number | 'self'): ProcessStat | null {
  const text = read(`/proc/${pid}/stat`)?.toString();
  if (text === undefined) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' '); // the name in front may hold blanks
  const [state = '', ppid = ''] = fields;
  return { state, ppid: Number(ppid), startTicks: Number(fields[19]) };
}

/** Effective user id. */
export function readUid(pid: number): number | null {
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(read(`/proc/${pid}/status`)?.toString() ?? '')?.[1];
  return uid === undefined ? null : Number(uid);
}

/** Paths in all hierarchies of control groups, cgroups(7). */
export function readControlGroups(pid: number): readonly string[] {
  const lines = read(`/proc/${pid}/cgroup`)?.toString().trim().split('\n') ?? [];
  return lines.map((line) => line.split(':').slice(2).join(':'));
}

/** Children of the main thread, which is php-fpm's only one. */
export function readChildren(pid: number): readonly number[] {
  const text = read(`/proc/${pid}/task/${pid}/children`)?.toString().trim() ?? '';
  return text === '' ? [] : text.split(' ').map(Number);
}

/**
 * Hash of the auxiliary vector, 16 hex digits. The kernel writes it anew, with other random addresses, at every exec
 * and at nothing else, so a differing hash proves an exec under the same pid. Null where it cannot be read (needs root
 * or CAP_SYS_PTRACE) or where addresses are not random, so that an equal hash would prove nothing.
 */
export function readExecHash(pid: number): string | null {
  if (read('/proc/sys/kernel/randomize_va_space')?.toString().trim() === '0') return null;
  const vector = read(`/proc/${pid}/auxv`);
  if (vector === null || vector.length === 0) return null;
  return sha256(vector).slice(0, 16);
}

/**
 * Milliseconds since a process started, 10 ms coarse, or less: of two measures the larger. /proc/uptime is wrong in a
 * container that shows its own uptime; what is older than we are is at least that much old.
 */
export function ageMs(stat: ProcessStat): number {
  const uptimeMs = Number.parseFloat(read('/proc/uptime')?.toString() ?? '0') * 1000;
  const ownTicks = readStat('self')?.startTicks ?? 0;
  return Math.max(uptimeMs - stat.startTicks * TICK_MS, (ownTicks - stat.startTicks) * TICK_MS);
}

/**
 * Where the sockets that a process listens on are bound: paths, and ports as digits. Null where that cannot be told: its
 * descriptors may not be looked at, or none of them listens any more. An empty list is a process that is ending.
 */
export function readListenAddresses(pid: number): readonly string[] | null {
  const descriptors = listDescriptors(pid);
  if (descriptors === null || descriptors.length === 0) return descriptors;
  const inodes = new Set(descriptors.flatMap((fd) => socketInode(readLink(`/proc/${pid}/fd/${fd}`))));
  if (inodes.size === 0) return null;
  const addresses = [
    ...findRows(
      `/proc/${pid}/net/unix`,
      (row) => row[3] === LISTENING_UNIX && inodes.has(row[6] ?? ''),
    ).flatMap((row) => row[7] ?? []),
    ...['tcp', 'tcp6']
      .flatMap((table) =>
        findRows(`/proc/${pid}/net/${table}`, (row) => row[3] === LISTENING_TCP && inodes.has(row[9] ?? '')),
      )
      .map((row) => String(Number.parseInt(row[1]?.split(':').at(-1) ?? '', 16))),
  ];
  return addresses.length === 0 ? null : addresses;
}

const LISTENING_UNIX = '00010000'; // flag __SO_ACCEPTCON of linux/net.h
const LISTENING_TCP = '0A'; // TCP_LISTEN of net/tcp_states.h

function listDescriptors(pid: number): readonly string[] | null {
  try {
    return readdirSync(`/proc/${pid}/fd`);
  } catch {
    return null; // gone, or not ours to read
  }
}

function socketInode(target: string | null): readonly string[] {
  const inode = /^socket:\[(\d+)\]$/.exec(target ?? '')?.[1];
  return inode === undefined ? [] : [inode];
}

function findRows(
  path: string,
  isWanted: (row: readonly string[]) => boolean,
): readonly (readonly string[])[] {
  const lines = (read(path)?.toString() ?? '').split('\n');
  return lines.map((line) => line.trim().split(/\s+/)).filter(isWanted);
}

function read(path: string): Buffer | null {
  try {
    return readFileSync(path);
  } catch {
    return null; // gone, or not ours to read
  }
}

function readLink(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null; // gone, or not ours to read
  }
}
