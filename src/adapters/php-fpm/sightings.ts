import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import {
  ageMs,
  listPids,
  readCommandLine,
  readExecHash,
  readExecutable,
  readPidNamespace,
  readStat,
  readUid,
  readWorkingDirectory,
} from '../process-table.ts';

/** Which php-fpm is ours. Two of one host differ in at least one of these. */
export interface FpmIdentity {
  /** Path of the program; null: any program called `php-fpm…` (a sidecar does not see the other container's files). */
  readonly binary: string | null;
  /** Absolute path of the main configuration. */
  readonly config: string;
}

/** A master of ours that has read its configuration. */
export interface Master {
  readonly pid: number;
  readonly ppid: number;
  readonly ageMs: number;
  /** `T`: stopped. */
  readonly state: string;
  /** `pid:starttime:hash` of this execution of the program; the hash is `unseen` where it cannot be read. */
  readonly incarnation: string;
}

/** A worker of this program, of whatever master. */
export interface Worker {
  readonly pid: number;
  readonly ppid: number;
  readonly pool: string;
  readonly startTicks: number;
}

/** What one look at the process table shows of a php-fpm. */
export interface Sightings {
  readonly masters: readonly Master[];
  /** Processes that may become our master: executed, configuration not read yet. */
  readonly starting: readonly number[];
  readonly workers: readonly Worker[];
}

type Sighting =
  | { readonly kind: 'master'; readonly master: Master }
  | { readonly kind: 'starting'; readonly pid: number }
  | { readonly kind: 'worker'; readonly worker: Worker };

/** Stands for the hash in the incarnation of a master whose memory we may not look at. */
export const UNSEEN = 'unseen';

const MASTER_TITLE = /^php-fpm: master process \((.*)\)$/s;
const POOL_TITLE = /^php-fpm: pool (.*)$/s;
/** Options with which php-fpm ends by itself: -t, -i, -v, -m, -h and their long forms. */
const SHORT_RUN = /^(?:-[tivmh?]+|--(?:test|info|version|modules|help))$/;

/** Looks at all processes once. A child that has only just left its master still bears the master's title: it is none. */
export function lookAround(identity: FpmIdentity): Sightings {
  const masters: Master[] = [];
  const starting: number[] = [];
  const workers: Worker[] = [];
  for (const pid of listPids()) {
    const sighting = lookAt(identity, pid);
    if (sighting?.kind === 'master') masters.push(sighting.master);
    if (sighting?.kind === 'starting') starting.push(sighting.pid);
    if (sighting?.kind === 'worker') workers.push(sighting.worker);
  }
  const pids = new Set(masters.map(({ pid }) => pid));
  return { masters: masters.filter(({ ppid }) => !pids.has(ppid)), starting, workers };
}

/** One process, if it is a master of ours now. */
export function lookAtMaster(identity: FpmIdentity, pid: number): Master | null {
  const sighting = lookAt(identity, pid);
  return sighting?.kind === 'master' ? sighting.master : null;
}

function lookAt(identity: FpmIdentity, pid: number): Sighting | null {
  if (!isOurProgram(identity.binary, readExecutable(pid))) return null;
  const before = readStat(pid);
  const execHash = readExecHash(pid); // before the title: a title read later was written by this execution, or a later one
  const args = readCommandLine(pid);
  const stat = readStat(pid);
  if (stat === null || stat.startTicks !== before?.startTicks || /[ZX]/.test(stat.state)) return null;
  const [title = ''] = args;
  const pool = POOL_TITLE.exec(title)?.[1];
  if (pool !== undefined) {
    return { kind: 'worker', worker: { pid, ppid: stat.ppid, pool, startTicks: stat.startTicks } };
  }
  if (!isOurNamespace(pid) || !isTrustedOwner(pid)) return null;
  const config = MASTER_TITLE.exec(title)?.[1];
  if (config === undefined) return isStarting(identity, pid, args) ? { kind: 'starting', pid } : null;
  if (!isOurConfig(identity, pid, config)) return null;
  const incarnation = `${pid}:${stat.startTicks}:${execHash ?? UNSEEN}`;
  return {
    kind: 'master',
    master: { pid, ppid: stat.ppid, ageMs: ageMs(stat), state: stat.state, incarnation },
  };
}

function isOurProgram(binary: string | null, executable: string | null): boolean {
  if (executable === null) return false;
  if (binary === null) return basename(executable).startsWith('php-fpm');
  return executable === binary || executable === realPath(binary);
}

/** A container's master shows on the host under another pid; its own pid namespace is who may signal it. */
function isOurNamespace(pid: number): boolean {
  return readPidNamespace(pid) === readPidNamespace('self');
}

function isTrustedOwner(pid: number): boolean {
  const uid = readUid(pid);
  return uid === 0 || uid === process.geteuid?.();
}

function isOurConfig(identity: FpmIdentity, pid: number, config: string): boolean {
  const absolute = resolve(readWorkingDirectory(pid) ?? '/', config);
  return absolute === identity.config || realPath(absolute) === realPath(identity.config);
}

/** Between exec and title a process has plain arguments; without `-y` it may turn out to be ours. */
function isStarting(identity: FpmIdentity, pid: number, args: readonly string[]): boolean {
  if (args.some((arg) => SHORT_RUN.test(arg))) return false;
  const config = configArgument(args);
  return config === null || isOurConfig(identity, pid, config);
}

function configArgument(args: readonly string[]): string | null {
  const at = args.findIndex((arg) => arg === '-y' || arg === '--fpm-config');
  if (at >= 0) return args[at + 1] ?? null;
  return (
    args.map((arg) => /^(?:-y|--fpm-config=)(.+)$/s.exec(arg)?.[1]).find((path) => path !== undefined) ?? null
  );
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // removed or replaced since it was read
  }
}
