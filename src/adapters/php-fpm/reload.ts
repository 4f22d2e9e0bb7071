import { ReconcileError } from '../../core/errors.ts';
import { runProgram } from '../processes.ts';
import { inspectPhpFpm } from './discover.ts';
import type { ProofRequest } from './prove.ts';
import { childrenOf, LOOKS_FOR_GONE, pidOf, unproven, waitForProof } from './prove.ts';
import type { Master } from './sightings.ts';
import { lookAtMaster } from './sightings.ts';

/** How php-fpm is asked to read its configuration again. */
export type ReloadMeans =
  /** SIGUSR2 to the master. Never SIGHUP: ten of them within 100 ms ended the master in 5 of 5 runs. */
  { readonly kind: 'signal' } | { readonly kind: 'command'; readonly command: readonly string[] };

/** A reload that is under way: asked for at most once at a time. */
export interface ReloadRequest extends Omit<ProofRequest, 'before' | 'oldChildren' | 'looksForGone'> {
  /** The incarnation that was inspected; it decides which process is ours. */
  readonly before: string;
  readonly means: ReloadMeans;
  readonly deadlineMs: number;
}

/** A reload in progress ends its workers by process_control_timeout + 1 s; after that, a signal was lost. */
const LOST_AFTER_MS = 1500;
/** A restart leaves the place empty for a moment, also after its command has ended: about a second. */
const LOOKS_AFTER_COMMAND = 300;

/**
 * Asks for a reload and waits for its proof. The master is looked at again right before the signal: a stranger that has
 * got its pid is never signalled. A signal of which nothing came in the time that a reload can take was lost (a
 * daemonized php-fpm loses one that comes while it forks) and is given again.
 * Throws SIGNAL_FAILED when the master has gone or changed before it could be asked: nobody was, so nobody is to blame.
 * Throws RELOAD_UNPROVEN after that: at once when the master ends, else at the deadline.
 */
export async function reloadPhpFpm(request: ReloadRequest): Promise<void> {
  const { identity } = request;
  const master = lookAtMaster(identity, pidOf(request.before)) ?? (await findSuccessor(request));
  // Somebody may have reloaded since the inspection; what he read is unknown, so the base of the proof is this one.
  const proof = {
    ...request,
    before: master.incarnation,
    oldChildren: childrenOf(master.pid),
    looksForGone: LOOKS_FOR_GONE,
  };
  if (request.means.kind === 'command') return reloadByCommand(request.means.command, request, proof);
  const failure = signal(request, master);
  if (failure !== null) throw unsignalled(failure);
  let lost = AbortSignal.timeout(lostAfterMs(request));
  await waitForProof(proof, (old) => {
    if (!lost.aborted || old.state === 'T') return; // a stopped master keeps its signal
    signal(request, old); // whatever keeps it from being given a second time is seen by the next look
    lost = AbortSignal.timeout(lostAfterMs(request));
  });
}

/** A daemonized master that somebody else reloaded has another pid by now. */
async function findSuccessor({ identity, configuration, before }: ReloadRequest): Promise<Master> {
  const state = await inspectPhpFpm(identity, async () => configuration);
  const master = state.kind === 'running' ? lookAtMaster(identity, state.pid) : null;
  if (master === null) throw unsignalled(`master ${pidOf(before)} is gone`);
  return master;
}

function lostAfterMs(request: ReloadRequest): number {
  return request.configuration.processControlTimeoutMs + LOST_AFTER_MS;
}

/**
 * Null, or why nobody was signalled. The last look and the signal are adjacent system calls: what remains is a pid
 * reused within microseconds.
 */
function signal(request: ReloadRequest, expected: Master): string | null {
  const master = lookAtMaster(request.identity, expected.pid);
  if (master?.incarnation !== expected.incarnation) return `master ${expected.pid} is not the same any more`;
  try {
    process.kill(master.pid, 'SIGUSR2');
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return `master ${master.pid} could not be signalled (${code})`;
  }
}

function unsignalled(why: string): ReconcileError {
  return new ReconcileError('SIGNAL_FAILED', `php-fpm was not reloaded: ${why}`);
}

/** What the command prints is not passed on: nobody knows what it holds. */
async function reloadByCommand(
  [program = '', ...args]: readonly string[],
  request: ReloadRequest,
  proof: ProofRequest,
): Promise<void> {
  const { exitCode, ended } = await runProgram(program, args, {
    deadlineMs: request.deadlineMs,
    output: 'ignore',
  });
  if (exitCode !== 0) throw unproven(`the reload command ended with ${exitCode ?? ended}`);
  await waitForProof({ ...proof, looksForGone: LOOKS_AFTER_COMMAND });
}
