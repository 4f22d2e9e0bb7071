import { realpathSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { ProcessStat } from '../process-table.ts';
import {
  ageMs,
  listPids,
  readChildren,
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
  const isOurs = programFilter(identity.binary);
  for (const pid of listPids()) {
    const sighting = isOurs(pid) ? lookAt(identity, pid) : null;
    if (sighting?.kind === 'master') masters.push(sighting.master);
    if (sighting?.kind === 'starting') starting.push(sighting.pid);
    if (sighting?.kind === 'worker') workers.push(sighting.worker);
  }
  const pids = new Set(masters.map(({ pid }) => pid));
  return { masters: masters.filter(({ ppid }) => !pids.has(ppid)), starting, workers };
}

/** Masters of any configuration that we could mean, each with the path that its title shows. */
export function findAllMasters(): readonly { readonly pid: number; readonly config: string }[] {
  const masters = listPids().flatMap((pid) => {
    const config = MASTER_TITLE.exec(readCommandLine(pid)[0] ?? '')?.[1];
    return config !== undefined && isOurNamespace(pid) ? [{ pid, config }] : [];
  });
  const pids = new Set(masters.map(({ pid }) => pid));
  return masters.filter(({ pid }) => !pids.has(readStat(pid)?.ppid ?? 0));
}

/** One process, if it is a master of ours now. */
export function lookAtMaster(identity: FpmIdentity, pid: number): Master | null {
  const sighting = programFilter(identity.binary)(pid) ? lookAt(identity, pid) : null;
  return sighting?.kind === 'master' ? sighting.master : null;
}

/** The workers among the children of a master. */
export function lookAtWorkers(master: number): readonly Worker[] {
  return readChildren(master).flatMap((pid) => {
    const pool = POOL_TITLE.exec(readCommandLine(pid)[0] ?? '')?.[1];
    const sighting = pool === undefined ? null : lookAtWorker(pid, pool);
    return sighting?.kind === 'worker' ? [sighting.worker] : [];
  });
}

function lookAt(identity: FpmIdentity, pid: number): Sighting | null {
  const args = readCommandLine(pid);
  const [title = ''] = args;
  const pool = POOL_TITLE.exec(title)?.[1];
  if (pool !== undefined) return lookAtWorker(pid, pool);
  const config = MASTER_TITLE.exec(title)?.[1] ?? configArgument(args);
  if (config !== null && !isOurConfig(identity, pid, config)) return null;
  if (!isOurNamespace(pid) || !isTrustedOwner(pid)) return null;
  if (MASTER_TITLE.test(title)) return readMaster(pid, title);
  return args.some((arg) => SHORT_RUN.test(arg)) || !isAlive(readStat(pid))
    ? null
    : { kind: 'starting', pid };
}

function lookAtWorker(pid: number, pool: string): Sighting | null {
  const stat = readStat(pid);
  if (!isAlive(stat)) return null;
  return { kind: 'worker', worker: { pid, ppid: stat.ppid, pool, startTicks: stat.startTicks } };
}

/**
 * The hash is read before the title: what bears the title after an exec has also read its configuration after it. A
 * process that is between the two is only starting.
 */
function readMaster(pid: number, title: string): Sighting | null {
  const before = readStat(pid);
  const execHash = readExecHash(pid);
  const [titleNow] = readCommandLine(pid);
  const stat = readStat(pid);
  if (!isAlive(stat) || stat.startTicks !== before?.startTicks) return null;
  if (titleNow !== title) return { kind: 'starting', pid };
  const incarnation = `${pid}:${stat.startTicks}:${execHash ?? UNSEEN}`;
  const { ppid, state } = stat;
  return { kind: 'master', master: { pid, ppid, state, ageMs: ageMs(stat), incarnation } };
}

function isAlive(stat: ProcessStat | null): stat is ProcessStat {
  return stat !== null && !/[ZX]/.test(stat.state);
}

/** Whether a process runs our program; the program's own path is resolved once for a whole look. */
function programFilter(binary: string | null): (pid: number) => boolean {
  if (binary === null) return (pid) => basename(readExecutable(pid) ?? '').startsWith('php-fpm');
  const paths = [binary, realPath(binary)];
  return (pid) => paths.includes(readExecutable(pid) ?? '');
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

/** The configuration that a process was started with; null: the built-in one, which may be ours. */
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
