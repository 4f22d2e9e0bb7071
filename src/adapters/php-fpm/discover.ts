import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../core/errors.ts';
import type { ServiceState } from '../../core/types.ts';
import { readCommandLine, readListenAddresses, readPidNamespace } from '../process-table.ts';
import type { FpmConfiguration, FpmPool } from './pools.ts';
import type { FpmIdentity, Master, Sightings, Worker } from './sightings.ts';
import { lookAround, UNSEEN } from './sightings.ts';

/**
 * SIGUSR2 kills a php-fpm that has not installed its handlers yet: 20 of 20 within 2 ms of the start, 3 of 20 at 12 ms,
 * none later.
 */
const MIN_AGE_MS = 100;
const START_DEADLINE_MS = 1000;
const STEP_MS = 5;
/** /proc is not read in one instant: a master that passes its place on to a child can be missed by one look. */
const LOOKS_FOR_NOTHING = 3;

/**
 * Finds our master: program, main configuration, pid namespace and owner must fit; the pid file only decides between
 * several. One that is just starting is waited for, up to a second.
 * Throws ENVIRONMENT_BROKEN when several masters run the same configuration, or when php-fpm processes without a
 * master are there and the main configuration cannot be read to see whose they are.
 */
export async function inspectPhpFpm(
  identity: FpmIdentity,
  configuration: () => Promise<FpmConfiguration>,
): Promise<ServiceState> {
  const late = AbortSignal.timeout(START_DEADLINE_MS);
  for (let nothing = 0; ; await sleep(STEP_MS)) {
    const sightings = lookAround(identity);
    const master = await chooseMaster(identity, sightings.masters, configuration);
    // One that is still here after the deadline is old enough, whatever the clock of a container says.
    if (master !== null && (master.ageMs >= MIN_AGE_MS || late.aborted)) return runningState(master);
    nothing = master === null && sightings.starting.length === 0 ? nothing + 1 : 0;
    if (nothing >= LOOKS_FOR_NOTHING || late.aborted) return withoutMaster(sightings, configuration);
  }
}

/** The one master; null when there is none. Throws ENVIRONMENT_BROKEN when it cannot be told which. */
export async function chooseMaster(
  identity: FpmIdentity,
  masters: readonly Master[],
  configuration: () => Promise<FpmConfiguration>,
): Promise<Master | null> {
  const [first, second] = masters;
  if (first === undefined || second === undefined) return first ?? null;
  const hint = readPidFile((await configuration()).pidFile);
  const hinted = masters.find(({ pid }) => pid === hint);
  if (hinted !== undefined) return hinted;
  const pids = masters.map(({ pid }) => pid).join(', ');
  const message = `several php-fpm masters run ${identity.config}: ${pids}`;
  throw new ReconcileError('ENVIRONMENT_BROKEN', message);
}

function runningState(master: Master): ServiceState {
  const { pid, incarnation } = master;
  return { kind: 'running', pid, incarnation, isCertain: !incarnation.endsWith(`:${UNSEEN}`) };
}

async function withoutMaster(
  sightings: Sightings,
  configuration: () => Promise<FpmConfiguration>,
): Promise<ServiceState> {
  const pids = (await findOrphans(sightings, configuration)).map(({ pid }) => pid);
  return pids.length === 0 ? { kind: 'absent' } : { kind: 'orphaned', pids };
}

/** Workers of our pools whose parent is no php-fpm: their master was killed and they go on with an old environment. */
export async function findOrphans(
  sightings: Sightings,
  configuration: () => Promise<FpmConfiguration>,
): Promise<readonly Worker[]> {
  const { workers } = sightings;
  const lost = workers.filter((worker) => !hasMaster(worker, sightings));
  if (lost.length === 0) return [];
  const { pools } = await configuration();
  return lost.filter((worker) => pools.some((pool) => isWorkerOf(pool, worker)));
}

function hasMaster(worker: Worker, sightings: Sightings): boolean {
  return sightings.masters.some(({ pid }) => pid === worker.ppid) || isMasterProcess(worker.ppid);
}

/** A master of any configuration, also one of another program version or owner. */
function isMasterProcess(pid: number): boolean {
  return readCommandLine(pid)[0]?.startsWith('php-fpm: master process (') ?? false;
}

/**
 * Pools of two installations may share a name; the socket that a worker listens on tells them apart. One that is ending has
 * no descriptors any more, and answers nobody.
 */
function isWorkerOf(pool: FpmPool, worker: Worker): boolean {
  if (pool.name !== worker.pool || readPidNamespace(worker.pid) !== readPidNamespace('self')) return false;
  const bound = readListenAddresses(worker.pid);
  const { listen } = pool;
  if (bound === null || listen === null) return true;
  return bound.some((address) => listen === address || listen.endsWith(`:${address}`));
}

function readPidFile(path: string | null): number | null {
  if (path === null) return null;
  try {
    return Number.parseInt(readFileSync(path, 'utf8'), 10);
  } catch {
    return null; // it is only a hint
  }
}
