import { join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import type { ParsedFile } from '../../core/types.ts';
import { withPrivateDirectory } from '../private-directory.ts';
import { FastCgiError } from './fastcgi-records.ts';
import { parseProbeAnswer } from './probe.ts';
import type { RehearsalInstance, RehearsalPool } from './rehearsal-instance.ts';
import { PING_PATH, PROBE_NAME, RehearsalError, startRehearsal } from './rehearsal-instance.ts';
import { describeFailure } from './verdict.ts';

/** What to rehearse, and with which php-fpm. */
export interface RehearsalRequest {
  readonly binary: string;
  readonly bytes: Uint8Array;
  /** Reads the bytes by our own grammar; null: they are not in it. */
  readonly parse: (bytes: Uint8Array) => ParsedFile | null;
  /** What messages call the candidate. */
  readonly name: string;
}

/** Measured: 30 ms for 300 variables, 0.6 s for 10,000. */
const DEADLINE_MS = 10_000;

/**
 * Loads the bytes into a private php-fpm, alone, and asks every pool for every variable over FastCGI: `getenv()` and
 * `$_SERVER` must give back, byte for byte, what our grammar reads in them, `$_SERVER` nothing else, and the ping page
 * the revision. `php-fpm -t` alone misses truncation at a line end, bare constants, `$pool`, a second line of the same
 * name, `user=root` and more.
 * Throws REHEARSAL_FAILED that names variables, never values; ENVIRONMENT_BROKEN when a private php-fpm does not run
 * without the bytes either, so that they are not to blame.
 */
export async function rehearseCandidate(request: RehearsalRequest): Promise<void> {
  const expected = request.parse(request.bytes);
  if (expected === null) throw refused(request, 'it holds more than our own lines');
  const failure = await withPrivateDirectory((directory) => tryCandidate(request, expected, directory));
  if (failure === null) return;
  const blameless = await withPrivateDirectory((directory) => tryWithout(request, directory));
  if (blameless !== null)
    throw new ReconcileError('ENVIRONMENT_BROKEN', `no private php-fpm runs: ${blameless}`);
  throw refused(request, failure);
}

function refused(request: RehearsalRequest, why: string): ReconcileError {
  return new ReconcileError('REHEARSAL_FAILED', `${request.name}: ${why}`);
}

/** What is wrong with the candidate, or null. */
async function tryCandidate(
  request: RehearsalRequest,
  expected: ParsedFile,
  directory: string,
): Promise<string | null> {
  const { binary, bytes } = request;
  const setup = { binary, directory, pools: expected.pools, candidate: bytes, deadlineMs: DEADLINE_MS };
  return withInstance(setup, request.name, (instance) => comparePools(instance, expected));
}

async function comparePools(instance: RehearsalInstance, expected: ParsedFile): Promise<string | null> {
  const answers = await Promise.all(instance.pools.map((pool) => comparePool(instance, pool, expected)));
  return answers.find((answer) => answer !== null) ?? null;
}

const NOTHING: ParsedFile = { variables: new Map(), pools: [], revision: null };

/** The same private php-fpm without the candidate: what stands in its way is not the candidate's fault. */
async function tryWithout(request: RehearsalRequest, directory: string): Promise<string | null> {
  const setup = { binary: request.binary, directory, pools: [], candidate: null, deadlineMs: DEADLINE_MS };
  return withInstance(setup, request.name, (instance) => comparePools(instance, NOTHING));
}

async function withInstance(
  setup: Parameters<typeof startRehearsal>[0],
  name: string,
  work: (instance: RehearsalInstance) => Promise<string | null>,
): Promise<string | null> {
  try {
    const instance = await startRehearsal(setup);
    try {
      return await work(instance);
    } finally {
      await instance.stop();
    }
  } catch (error) {
    if (error instanceof FastCgiError) return `a private php-fpm did not answer (${error.code})`;
    if (!(error instanceof RehearsalError)) throw error;
    const candidate = join(setup.directory, 'candidate.conf');
    return describeFailure(error.log, (path) => (path === candidate ? name : path));
  }
}

/** The names in one pool that do not come back as they are, or null. */
async function comparePool(
  instance: RehearsalInstance,
  pool: RehearsalPool,
  expected: ParsedFile,
): Promise<string | null> {
  const names = [...expected.variables.keys()];
  const script = join(pool.socket, '..', PROBE_NAME);
  const body = Buffer.from(names.join('\0'));
  const params = { ...PARAMS, CONTENT_LENGTH: String(body.length), SCRIPT_FILENAME: script };
  const answer = parseProbeAnswer((await instance.ask(pool, params, body)).stdout, names);
  if (answer === null)
    return `pool ${pool.name} of a private php-fpm cannot run a script: may the user nobody enter the temporary directory?`;
  const wrong = names.filter((name) => {
    const value = Buffer.from(expected.variables.get(name) ?? '');
    const { getenv = null, server = null } = answer.seen.get(name) ?? {};
    return !(getenv?.equals(value) ?? false) || !(server?.equals(value) ?? false);
  });
  if (wrong.length > 0) return `php-fpm does not give these back as they are: ${wrong.join(', ')}`;
  const extra = answer.serverNames.filter((name) => !expected.variables.has(name) && !PHP_OWN.has(name));
  if (extra.length > 0) return `php-fpm has variables that our grammar does not see: ${extra.join(', ')}`;
  return compareRevision(instance, pool, expected);
}

async function compareRevision(
  instance: RehearsalInstance,
  pool: RehearsalPool,
  { revision }: ParsedFile,
): Promise<string | null> {
  if (revision === null) return null;
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: PING_PATH, SCRIPT_FILENAME: PING_PATH };
  const { stdout } = await instance.ask(pool, params);
  return stdout.toString() === revision
    ? null
    : `the ping page of pool ${pool.name} does not give the revision back`;
}

const PARAMS = { REQUEST_METHOD: 'POST', SCRIPT_NAME: `/${PROBE_NAME}` };

/** What `$_SERVER` holds besides variables: our parameters, and what php-fpm and PHP add. */
const PHP_OWN: ReadonlySet<string> = new Set([
  ...Object.keys(PARAMS),
  ...['CONTENT_LENGTH', 'SCRIPT_FILENAME', 'USER', 'HOME', 'FCGI_ROLE', 'PHP_SELF', 'REQUEST_TIME'],
  ...['REQUEST_TIME_FLOAT', 'argv', 'argc'],
]);
