import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramResult, RunningProgram } from '../processes.ts';
import { startProgram } from '../processes.ts';
import type { FastCgiResponse } from './fastcgi.ts';
import { askFastCgi } from './fastcgi.ts';
import { FastCgiError } from './fastcgi-records.ts';
import { PROBE_SCRIPT } from './probe.ts';

/** What a private php-fpm is made of. */
export interface RehearsalSetup {
  readonly binary: string;
  /** A private directory; it is opened for the worker to pass through, not to list. */
  readonly directory: string;
  /** `[pool]` headers of the candidate; empty: one pool that includes it. */
  readonly pools: readonly string[];
  /** Null: without the candidate. */
  readonly candidate: Uint8Array | null;
  readonly deadlineMs: number;
}

/** A private php-fpm that serves. */
export interface RehearsalInstance {
  /** One per pool: its name and its socket. */
  readonly pools: readonly RehearsalPool[];
  ask(
    pool: RehearsalPool,
    params: Readonly<Record<string, string>>,
    body?: Uint8Array,
  ): Promise<FastCgiResponse>;
  /** Ends all its processes. */
  stop(): Promise<ProgramResult>;
}

export interface RehearsalPool {
  readonly name: string;
  readonly socket: string;
}

export const PING_PATH = '/rehearsal-ping';
export const PROBE_NAME = 'probe.php';
const POOL_WITHOUT_HEADER = 'rehearsal';
/** nobody and nogroup of Debian; no name has to exist for a number. */
const WORKER_ID = 65534;
const LOG_NAME = 'php-fpm.log';
const STEP_MS = 2;

/** A private php-fpm did not start, or did not answer. `log` is raw: it may hold values. */
export class RehearsalError extends Error {
  readonly log: string;

  constructor(message: string, log: string) {
    super(message);
    this.name = 'RehearsalError';
    this.log = log;
  }
}

/**
 * Starts php-fpm with a configuration of its own (`-n`: no php.ini), one worker per pool, and waits until every pool
 * answers. It ends when we do, even when we are killed.
 * Throws RehearsalError when it does not serve in time, ENVIRONMENT_BROKEN when it cannot be run.
 */
export async function startRehearsal(setup: RehearsalSetup): Promise<RehearsalInstance> {
  const { directory, deadlineMs } = setup;
  const names = setup.pools.length === 0 ? [POOL_WITHOUT_HEADER] : setup.pools;
  const pools = names.map((name, index) => ({ name, socket: join(directory, `${index}.sock`) }));
  const config = writeSetup(setup, pools);
  // Under a parent of the same group php-fpm would open a session of its own, and escape the end of the group.
  const program = await startProgram(setup.binary, ['-n', '-F', '-y', config], {
    deadlineMs,
    cwd: directory,
    output: { file: join(directory, LOG_NAME) },
    endsWithUs: true,
  });
  const late = AbortSignal.timeout(deadlineMs);
  const ask: RehearsalInstance['ask'] = (pool, params, body = new Uint8Array()) =>
    askFastCgi(pool.socket, { params, body }, { deadlineMs, signal: late });
  try {
    await Promise.all(pools.map((pool) => waitForPool(program, pool, ask)));
  } catch (error) {
    const { stdout } = await program.stop();
    throw error instanceof RehearsalError ? new RehearsalError(error.message, stdout) : error;
  }
  return { pools, ask, stop: () => program.stop() };
}

/** Asks for the ping page until the pool's socket is there. */
async function waitForPool(
  program: RunningProgram,
  pool: RehearsalPool,
  ask: RehearsalInstance['ask'],
): Promise<void> {
  let ended = false;
  void program.ended.then(() => {
    ended = true;
  });
  const params = { REQUEST_METHOD: 'GET', SCRIPT_NAME: PING_PATH, SCRIPT_FILENAME: PING_PATH };
  while (!ended) {
    try {
      await ask(pool, params);
      return;
    } catch (error) {
      const code = error instanceof FastCgiError ? error.code : 'unknown';
      if (code !== 'ENOENT' && code !== 'ECONNREFUSED')
        throw new RehearsalError(`it does not answer (${code})`, '');
    }
    await sleep(STEP_MS);
  }
  throw new RehearsalError('it did not start', '');
}

function writeSetup(setup: RehearsalSetup, pools: readonly RehearsalPool[]): string {
  const { directory, candidate } = setup;
  const include = `include = ${join(directory, 'candidate.conf')}`;
  chmodSync(directory, 0o711);
  if (candidate !== null) writeFileSync(join(directory, 'candidate.conf'), candidate, { mode: 0o600 });
  writeFileSync(join(directory, PROBE_NAME), PROBE_SCRIPT, { mode: 0o644 });
  chmodSync(join(directory, PROBE_NAME), 0o644); // whatever the umask
  const lines = [
    '[global]',
    `error_log = ${join(directory, LOG_NAME)}`,
    'daemonize = no',
    ...pools.flatMap(poolLines),
    ...(candidate === null ? [] : [include]),
  ];
  const config = join(directory, 'rehearsal.conf');
  writeFileSync(config, `${lines.join('\n')}\n`, { mode: 0o600 });
  return config;
}

function poolLines({ name, socket }: RehearsalPool): readonly string[] {
  const isRoot = process.geteuid?.() === 0;
  return [
    `[${name}]`,
    ...(isRoot ? [`user = ${WORKER_ID}`, `group = ${WORKER_ID}`] : []),
    `listen = ${socket}`,
    'pm = static',
    'pm.max_children = 1',
    `ping.path = ${PING_PATH}`,
  ];
}
