import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../core/errors.ts';
import { readChildren, readStat } from '../process-table.ts';
import { chooseMaster, findOrphans } from './discover.ts';
import { askFastCgi } from './fastcgi.ts';
import type { FpmConfiguration, FpmPool } from './pools.ts';
import type { FpmIdentity, Master } from './sightings.ts';
import { lookAround, lookAtMaster, UNSEEN } from './sightings.ts';

/** What is to be proven, and until when. */
export interface ProofRequest {
  readonly identity: FpmIdentity;
  readonly configuration: FpmConfiguration;
  /** The incarnation that must be gone; null: any will do. */
  readonly before: string | null;
  /** What every pool that reads our file must answer; null: that it answers. */
  readonly revision: string | null;
  /** Aborted when the time is over. */
  readonly late: AbortSignal;
  /** Children of the old incarnation as `pid:starttime`, for where an exec cannot be seen in the master. */
  readonly oldChildren: ReadonlySet<string>;
  /** How many looks in a row must find no master to call it gone. */
  readonly looksForGone: number;
}

/** How far a proof has come: the text says what is still missing. */
export type Progress =
  | { readonly kind: 'proven' }
  | { readonly kind: 'gone' }
  /** The master is still the old incarnation. */
  | { readonly kind: 'old'; readonly master: Master; readonly seen: string }
  | { readonly kind: 'missing'; readonly seen: string };

const STEP_MS = 3;
const PING_MS = 1000;
/** A daemonized master passes its place on to a child; a look at /proc in between can miss both. */
export const LOOKS_FOR_GONE = 15;

/**
 * Waits until a healthy master other than `before` runs what is on disk: it is another incarnation, its workers are its
 * own children, none of an older generation is left, and every pool with a ping page that reads our file answers with
 * the revision. `onOld` is called at each look that finds the old incarnation.
 * Throws RELOAD_UNPROVEN when the time is over, and at once when the master is gone.
 */
export async function waitForProof(
  request: ProofRequest,
  onOld: (master: Master) => void = () => undefined,
): Promise<void> {
  let gone = 0;
  for (;;) {
    const progress = await look(request);
    if (progress.kind === 'proven') return;
    gone = progress.kind === 'gone' ? gone + 1 : 0;
    if (gone >= request.looksForGone) throw unproven('the master is gone');
    if (request.late.aborted) throw unproven(progress.kind === 'gone' ? 'the master is gone' : progress.seen);
    if (progress.kind === 'old') onOld(progress.master);
    await sleep(STEP_MS);
  }
}

/** RELOAD_UNPROVEN with what was seen last. */
export function unproven(seen: string): ReconcileError {
  return new ReconcileError('RELOAD_UNPROVEN', `the reload of php-fpm is not proven: ${seen}`);
}

async function look(request: ProofRequest): Promise<Progress> {
  const { identity, configuration, before } = request;
  const known = before === null ? null : lookAtMaster(identity, pidOf(before));
  if (known !== null && isOld(known, request)) return oldProgress(known);
  const sightings = lookAround(identity);
  const readIt = async () => configuration;
  const master = await chooseMaster(identity, sightings.masters, readIt);
  if (master === null) {
    return sightings.starting.length === 0 ? { kind: 'gone' } : missing('php-fpm is still starting');
  }
  if (isOld(master, request)) return oldProgress(master);
  const orphans = await findOrphans(sightings, readIt);
  if (orphans.length > 0)
    return missing(`workers without a master go on: ${orphans.map(({ pid }) => pid).join(', ')}`);
  const staffed = sightings.workers.filter(({ ppid }) => ppid === master.pid).map(({ pool }) => pool);
  const unstaffed = configuration.pools.find(({ name, pm }) => pm !== 'ondemand' && !staffed.includes(name));
  if (unstaffed !== undefined) return missing(`pool ${unstaffed.name} has no workers yet`);
  return askPools(request, master);
}

/** Where an exec cannot be seen in the master, children that all started after the old ones prove it. */
function isOld(master: Master, { before, oldChildren }: ProofRequest): boolean {
  if (master.incarnation !== before) return false;
  if (!before.endsWith(`:${UNSEEN}`)) return true;
  const children = childrenOf(master.pid);
  return (
    oldChildren.size === 0 || children.size === 0 || [...children].some((child) => oldChildren.has(child))
  );
}

/** The children of a process now, as `pid:starttime`. */
export function childrenOf(pid: number): ReadonlySet<string> {
  return new Set(readChildren(pid).map((child) => `${child}:${readStat(child)?.startTicks}`));
}

/** The pid in an incarnation. */
export function pidOf(incarnation: string): number {
  return Number.parseInt(incarnation, 10);
}

function oldProgress(master: Master): Progress {
  const stopped = master.state === 'T' ? ' and is stopped' : '';
  return { kind: 'old', master, seen: `master ${master.pid} has not read its configuration again${stopped}` };
}

function missing(seen: string): Progress {
  return { kind: 'missing', seen };
}

/** All pools at once; afterwards the master must still be the one that was looked at. */
async function askPools(request: ProofRequest, master: Master): Promise<Progress> {
  const pools = request.configuration.pools.filter(
    ({ readsOurFile, pingPath }) => readsOurFile && pingPath !== null,
  );
  const answers = await Promise.all(pools.map((pool) => whatIsWrong(pool, request)));
  const wrong = answers.find((answer) => answer !== null);
  if (wrong !== undefined && wrong !== null) return missing(wrong);
  const now = lookAtMaster(request.identity, master.pid);
  return now?.incarnation === master.incarnation
    ? { kind: 'proven' }
    : missing('php-fpm was reloaded once more');
}

/** Null when the pool answers as it shall. Never shows what it answered. */
async function whatIsWrong(pool: FpmPool, { revision, late }: ProofRequest): Promise<string | null> {
  const { listen, pingPath } = pool;
  if (listen === null || pingPath === null) return `pool ${pool.name} has no address`;
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: pingPath, SCRIPT_FILENAME: pingPath };
  try {
    const { status, stdout } = await askFastCgi(
      listen,
      { params },
      { deadlineMs: PING_MS, maxBytes: 65_536, signal: late },
    );
    if (status !== 200) return `the ping page of pool ${pool.name} answers with status ${status}`;
    if (revision === null || stdout.toString() === revision) return null;
    return `pool ${pool.name} still answers with another revision`;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return `pool ${pool.name} does not answer (${late.aborted ? 'in time' : code})`;
  }
}
