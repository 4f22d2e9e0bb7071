import { resolve } from 'node:path';
import { readWorkingDirectory } from '../../src/adapters/process-table.ts';

/** A system call that has ended. */
export interface Call {
  /** Of the thread that made it. */
  readonly pid: number;
  readonly name: string;
  /** Its arguments and what it gave, in the words of `strace -y`. */
  readonly text: string;
}

/** Reads the lines of `strace -f -y -o`, where a call that others came between takes two. */
export class CallReader {
  readonly #begun = new Map<number, string>();

  /** The call that ended with this line; null: none did. */
  read(line: string): Call | null {
    const [, thread = '', said = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    const pid = Number(thread);
    if (said.endsWith(' <unfinished ...>')) {
      this.#begun.set(pid, said.slice(0, -' <unfinished ...>'.length));
      return null;
    }
    const end = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)?.[1];
    const whole = end === undefined ? said : `${this.#begun.get(pid) ?? ''}${end}`;
    const [, name, text = ''] = /^(\w+)\((.*)$/.exec(whole) ?? [];
    return name === undefined ? null : { pid, name, text };
  }
}

const OPENING = '?open openat ?openat2 ?creat'.split(' ');
/** What these change is told by their first argument, an open file. */
const WRITING = [
  ...['write', 'pwrite64', 'writev', 'pwritev', '?pwritev2', 'sendfile'],
  ...['ftruncate', 'fallocate', 'fchmod', 'fchown'],
];
const NAMING = [
  '?rename ?renameat renameat2 ?link linkat ?symlink symlinkat ?unlink unlinkat ?rmdir ?mkdir mkdirat ?mknod',
  'mknodat truncate ?chmod fchmodat ?chown ?lchown fchownat ?utime ?utimes utimensat',
].flatMap((line) => line.split(' '));

/** Whatever changes what is on a disk; `?` lets strace pass over those that an architecture lacks. */
export const CHANGING: readonly string[] = [...OPENING, ...WRITING, ...NAMING];

/** They wait for somebody, or fork: a signal makes them begin anew, and the next one again. */
const WAITING = [
  'read futex ?epoll_wait epoll_pwait ?poll ppoll ?select pselect6 wait4 waitid recvfrom recvmsg ?accept accept4',
  'flock ?pause nanosleep clock_nanosleep rt_sigsuspend restart_syscall clone ?clone3 ?fork ?vfork',
];
/** Of a process and itself alone: its memory, its ids, its limits, what it does at a signal, its end. */
const INWARD = [
  '%memory %pure %creds rt_sigaction rt_sigprocmask rt_sigreturn set_robust_list ?rseq set_tid_address',
  '?arch_prctl prlimit64 getrandom exit exit_group',
];
const READING = [
  '%%stat %%statfs ?access faccessat ?faccessat2 pread64 getdents64 ?readlink readlinkat lseek getcwd uname sysinfo',
];

/** All calls but those, in the words of strace. */
export const OUTWARD = `!${[...WAITING, ...INWARD, ...READING].join(' ').replaceAll(' ', ',')}`;

/** What node tells itself about a signal or another thread: as often as its children are stopped, and no part of its way. */
export function isNodeToItself({ name, text }: Call): boolean {
  return name === 'write' && /^\d+<(anon_inode:\[eventfd\]|pipe:\[\d+\]>, ("\*", 1\)|.*, 16\) ))/.test(text);
}

/**
 * Absolute paths of the files that a call has changed, if any. A path may be told by the working directory of
 * who made it: nothing, where that is gone.
 */
export function findChanged({ pid, name, text }: Call): readonly string[] {
  const [, args = '', result] = /^(.*)\) += (\d.*)$/.exec(text) ?? [];
  if (result === undefined) return [];
  if (isOneOf(OPENING, name)) return name === 'creat' || /O_CREAT|O_TRUNC/.test(args) ? filesIn(result) : [];
  if (isOneOf(WRITING, name)) return filesIn(args);
  return isOneOf(NAMING, name) ? namesIn(pid, args) : [];
}

function isOneOf(calls: readonly string[], name: string): boolean {
  return calls.includes(name) || calls.includes(`?${name}`);
}

/** The file behind the descriptor at the start; none where that is a pipe, a socket or a device. */
function filesIn(text: string): readonly string[] {
  const path = /^\d+<(\/.*?)>/.exec(text)?.[1];
  return path === undefined || path.startsWith('/dev/') ? [] : [path];
}

function namesIn(pid: number, args: string): readonly string[] {
  const names = [...args.matchAll(/(?:<([^<>]*)>, )?"((?:[^"\\]|\\.)*)"/g)];
  return names.flatMap(([, folder = readWorkingDirectory(pid), name = '']) =>
    folder === null ? [] : [resolve(folder, name)],
  );
}
