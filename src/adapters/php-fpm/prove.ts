import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../core/errors.ts';
import { readChildren, readStat } from '../process-table.ts';
import { chooseMaster, findOrphans } from './discover.ts';
import { askFastCgi } from './fastcgi.ts';
import type { FpmConfiguration, FpmPool } from './pools.ts';
import type { FpmIdentity, Master } from './sightings.ts';
import { lookAround, lookAtMaster, lookAtWorkers, UNSEEN } from './sightings.ts';

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
  /** `isAnswer`: a pool answered, and not as it shall. */
  | { readonly kind: 'missing'; readonly seen: string; readonly isAnswer: boolean }
  /** All that is missing is an answer: every worker of a pool is at work. */
  | { readonly kind: 'busy'; readonly seen: string }
  /** The time was over in the middle of a question. */
  | { readonly kind: 'cut'; readonly seen: string };

const STEP_MS = 3;
const PING_MS = 1000;
/** A daemonized master passes its place on to a child; a look at /proc in between can miss both. */
export const LOOKS_FOR_GONE = 15;

/**
 * Waits until a healthy master other than `before` runs what is on disk: it is another incarnation, its workers are its
 * own children, none of an older generation is left, and every pool with a ping page that reads our file answers with
 * the revision. `onOld` is called at each look that finds the old incarnation.
 * Throws RELOAD_UNPROVEN when the time is over, and at once when the master is gone; RELOAD_UNANSWERED when the time is
 * over and only answers are missing, because all workers are at work: nobody is to blame for that.
 */
export async function waitForProof(
  request: ProofRequest,
  onOld: (master: Master) => void = () => undefined,
): Promise<void> {
  let gone = 0;
  let last: Progress = missing('php-fpm was not looked at');
  for (;;) {
    const progress = await look(request);
    if (progress.kind === 'proven') return;
    gone = progress.kind === 'gone' ? gone + 1 : 0;
    if (gone >= request.looksForGone) throw unproven('the master is gone');
    last = newer(last, progress);
    if (request.late.aborted) throw overdue(last);
    if (progress.kind === 'old') onOld(progress.master);
    await sleep(STEP_MS);
  }
}

/** A question that was cut says only that nobody was free to answer it, unless the pool has answered before. */
function newer(last: Progress, progress: Progress): Progress {
  if (progress.kind !== 'cut') return progress;
  return last.kind === 'missing' && last.isAnswer ? last : { kind: 'busy', seen: progress.seen };
}

function overdue(last: Progress): ReconcileError {
  if (last.kind === 'busy') return new ReconcileError('RELOAD_UNANSWERED', last.seen);
  return unproven('seen' in last ? last.seen : 'the master is gone');
}

/** RELOAD_UNPROVEN with what was seen last. */
export function unproven(seen: string): ReconcileError {
  return new ReconcileError('RELOAD_UNPROVEN', `the reload of php-fpm is not proven: ${seen}`);
}

async function look(request: ProofRequest): Promise<Progress> {
  const found = await findMaster(request);
  if (found.kind !== 'master') return found;
  const { master } = found;
  if (isOld(master, request)) return oldProgress(master);
  if (master.state === 'T') return missing(`master ${master.pid} is stopped`);
  const staffed = lookAtWorkers(master.pid).map(({ pool }) => pool);
  const { pools } = request.configuration;
  const unstaffed = pools.find(({ name, pm }) => pm !== 'ondemand' && !staffed.includes(name));
  if (unstaffed !== undefined) return missing(`pool ${unstaffed.name} has no workers yet`);
  const wrong = await askPools(request);
  return wrong ?? (await lookOnceMore(request, master));
}

/** The pid of `before` first: only a daemonized master, or a restarted one, has to be looked for. */
async function findMaster(request: ProofRequest): Promise<Progress | { kind: 'master'; master: Master }> {
  const { identity, configuration, before } = request;
  const known = before === null ? null : lookAtMaster(identity, pidOf(before));
  if (known !== null) return { kind: 'master', master: known };
  const { masters, starting } = lookAround(identity);
  const master = await chooseMaster(identity, masters, async () => configuration);
  if (master !== null) return { kind: 'master', master };
  return starting.length === 0 ? { kind: 'gone' } : missing('php-fpm is still starting');
}

/** Nothing of an older generation may be left, and the master must still be the one that was looked at. */
async function lookOnceMore({ identity, configuration }: ProofRequest, master: Master): Promise<Progress> {
  const orphans = await findOrphans(lookAround(identity), async () => configuration);
  const pids = orphans.map(({ pid }) => pid).join(', ');
  if (orphans.length > 0) return missing(`workers without a master go on: ${pids}`);
  const now = lookAtMaster(identity, master.pid);
  return now?.incarnation === master.incarnation
    ? { kind: 'proven' }
    : missing('php-fpm was reloaded once more');
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
  return { kind: 'missing', seen, isAnswer: false };
}

function wrongAnswer(seen: string): Progress {
  return { kind: 'missing', seen, isAnswer: true };
}

/** What is wrong with one of the pools that read our file, all asked at once; null when nothing is. */
async function askPools(request: ProofRequest): Promise<Progress | null> {
  const { pools } = request.configuration;
  const asked = pools.filter(({ readsOurFile, pingPath }) => readsOurFile && pingPath !== null);
  const answers = await Promise.all(asked.map((pool) => whatIsWrong(pool, request)));
  const wrong = answers.filter((answer) => answer !== null);
  return wrong.find((answer) => answer.kind === 'missing') ?? wrong[0] ?? null;
}

/** Null when the pool answers as it shall. Never shows what it answered. */
async function whatIsWrong(pool: FpmPool, { revision, late }: ProofRequest): Promise<Progress | null> {
  const { listen, pingPath } = pool;
  if (listen === null || pingPath === null) return missing(`pool ${pool.name} has no address`);
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: pingPath, SCRIPT_FILENAME: pingPath };
  try {
    const { status, stdout } = await askFastCgi(
      listen,
      { params },
      { deadlineMs: PING_MS, maxBytes: 65_536, signal: late },
    );
    if (status !== 200)
      return wrongAnswer(`the ping page of pool ${pool.name} answers with status ${status}`);
    if (revision === null || stdout.toString() === revision) return null;
    return wrongAnswer(`pool ${pool.name} still answers with another revision`);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    const seen = `pool ${pool.name} does not answer (${code})`;
    if (code === 'ECANCELED') return { kind: 'cut', seen };
    return code === 'ETIMEDOUT' ? { kind: 'busy', seen } : missing(seen);
  }
}
