import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findPhpFpm } from '../../scripts/find-php-fpm.ts';
import { askFastCgi } from '../../src/adapters/php-fpm/fastcgi.ts';
import { killPhpFpm } from './php-fpm-processes.ts';
import { waitFor } from './wait-for.ts';

/** One pool of the private php-fpm. */
export interface TestPool {
  readonly name: string;
  /** Default `/ping`; null: the pool has none. */
  readonly pingPath?: string | null;
  /** Default true: the env file is included inside the pool (layout `inside-pool` only). */
  readonly readsEnv?: boolean;
  /** Default `static` with 2 children. */
  readonly pm?: 'static' | 'ondemand';
  readonly children?: number;
  /** Further lines of the pool, e.g. `env["A"] = "1"`. */
  readonly lines?: readonly string[];
  /** The same, behind the include of the env file. */
  readonly lastLines?: readonly string[];
}

export interface PhpFpmOptions {
  /** Default: one pool `www`. */
  readonly pools?: readonly TestPool[];
  /** What the env file holds at the start; null: it does not exist. Default empty. */
  readonly envFile?: string | null;
  /** `inside-pool`: included by `fpm.d/*.conf` inside the pools; `global`, `first`: after or before all pools. */
  readonly layout?: 'inside-pool' | 'global' | 'first';
  readonly daemonize?: boolean;
  /** As php-fpm writes it, e.g. `10s`; default 0. */
  readonly processControlTimeout?: string;
  /** Further lines of `[global]`. */
  readonly globalLines?: readonly string[];
}

/** A private php-fpm in a temporary directory, ended with all its processes when the test that started it ends. */
export interface TestPhpFpm {
  readonly dir: string;
  readonly binary: string;
  readonly configPath: string;
  readonly pidPath: string;
  /** The env file, `fpm.d/juanpi_php_env.conf` in `dir`. */
  readonly envPath: string;
  /** Socket of the first pool. */
  readonly socket: string;
  /** The master now; a daemonized one has another pid after each reload. */
  readonly pid: number;
  socketOf(pool: string): string;
  /** How often the master has executed itself again. */
  reloadsSeen(): number;
  /** getenv() of each name in a worker; null where it is not set. */
  ask(names: readonly string[], pool?: string): Promise<ReadonlyMap<string, string | null>>;
  /** Body of the ping page. */
  ping(pool?: string): Promise<string>;
  /** Keeps one worker busy, not sleeping, for this long; gives the pid of the worker. */
  occupy(milliseconds: number, pool?: string): Promise<number>;
  log(): string;
  /** Ends all its processes at once and leaves its files, stale socket and pid file included. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

export const PHP_FPM = findPhpFpm(process.env.PATH ?? '');

const PROBE = `<?php
$until = microtime(true) + (float) ($_GET['busy'] ?? 0) / 1000;
while (microtime(true) < $until) { hash('sha256', 'x'); }
if (isset($_GET['busy'])) { echo getmypid(); return; }
foreach (explode("\\0", file_get_contents('php://input')) as $name) {
  $value = getenv($name, true);
  echo $value === false ? '-' : '+' . $value, "\\0";
}
`;

/** Starts php-fpm and waits until it serves. */
export async function startPhpFpm(options: PhpFpmOptions = {}): Promise<TestPhpFpm> {
  const dir = mkdtempSync(join(tmpdir(), 'test-php-fpm-'));
  chmodSync(dir, 0o711); // the workers run as nobody and read the probe script
  onTestFinished(() => stopAll(dir));
  const configPath = writeConfiguration(dir, options);
  const mode = options.daemonize ? '-D' : '-F';
  const log = openSync(join(dir, 'stderr.log'), 'a');
  const child = spawn(PHP_FPM, ['-n', mode, '-y', configPath], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {},
  });
  const handle = makeHandle(dir, poolsOf(options));
  await waitFor(`php-fpm to start in ${dir}`, () => {
    if (child.exitCode !== null && child.exitCode !== 0) throw new Error(`php-fpm ended: ${handle.log()}`);
    return handle.log().includes('ready to handle connections');
  });
  await waitFor('the pid file', () => Number.isInteger(handle.pid) && handle.pid > 0);
  return handle;
}

function poolsOf(options: PhpFpmOptions): readonly TestPool[] {
  return options.pools ?? [{ name: 'www' }];
}

function writeConfiguration(dir: string, options: PhpFpmOptions): string {
  const layout = options.layout ?? 'inside-pool';
  mkdirSync(join(dir, 'fpm.d'));
  if (options.envFile !== null)
    writeFileSync(join(dir, 'fpm.d', 'juanpi_php_env.conf'), options.envFile ?? '');
  writeFileSync(join(dir, 'probe.php'), PROBE);
  const lines = [
    '[global]',
    `pid = ${dir}/fpm.pid`,
    `error_log = ${dir}/error.log`,
    `process_control_timeout = ${options.processControlTimeout ?? '0'}`,
    ...(options.globalLines ?? []),
    ...(layout === 'first' ? [`include = ${dir}/fpm.d/*.conf`] : []),
    ...poolsOf(options).flatMap((pool) => poolLines(dir, pool, layout)),
    ...(layout === 'global' ? [`include = ${dir}/fpm.d/*.conf`] : []),
  ];
  const configPath = join(dir, 'php-fpm.conf');
  writeFileSync(configPath, `${lines.join('\n')}\n`);
  return configPath;
}

function poolLines(dir: string, pool: TestPool, layout: string): readonly string[] {
  const ping = pool.pingPath === undefined ? '/ping' : pool.pingPath;
  return [
    `[${pool.name}]`,
    'user = nobody',
    'group = nogroup',
    `listen = ${dir}/${pool.name}.sock`,
    `pm = ${pool.pm ?? 'static'}`,
    `pm.max_children = ${pool.children ?? 2}`,
    ...(ping === null ? [] : [`ping.path = ${ping}`]),
    ...(pool.lines ?? []),
    ...(layout === 'inside-pool' && pool.readsEnv !== false ? [`include = ${dir}/fpm.d/*.conf`] : []),
    ...(pool.lastLines ?? []),
  ];
}

function makeHandle(dir: string, pools: readonly TestPool[]): TestPhpFpm {
  const socketOf = (pool: string): string => join(dir, `${pool}.sock`);
  const [first] = pools;
  if (first === undefined) throw new Error('php-fpm needs a pool');
  const request = (pool: string, params: Record<string, string>, body = '') =>
    askFastCgi(
      socketOf(pool),
      {
        params: { REQUEST_METHOD: 'POST', CONTENT_LENGTH: String(Buffer.byteLength(body)), ...params },
        body: Buffer.from(body),
      },
      { deadlineMs: 20_000 },
    );
  const probe = { SCRIPT_FILENAME: join(dir, 'probe.php'), SCRIPT_NAME: '/probe.php' };
  return {
    dir,
    binary: PHP_FPM,
    configPath: join(dir, 'php-fpm.conf'),
    pidPath: join(dir, 'fpm.pid'),
    envPath: join(dir, 'fpm.d', 'juanpi_php_env.conf'),
    socket: socketOf(first.name),
    get pid(): number {
      return Number(readText(join(dir, 'fpm.pid')) || Number.NaN);
    },
    socketOf,
    reloadsSeen: () => readText(join(dir, 'error.log')).split('reloading: execvp').length - 1,
    async ask(names, pool = first.name) {
      const { stdout } = await request(pool, probe, names.join('\0'));
      const answers = stdout.toString().split('\0');
      return new Map(
        names.map((name, i) => [name, answers[i]?.startsWith('+') ? answers[i].slice(1) : null]),
      );
    },
    async ping(pool = first.name) {
      const path = pools.find(({ name }) => name === pool)?.pingPath ?? '/ping';
      return (
        await request(pool, { REQUEST_METHOD: 'GET', SCRIPT_NAME: path, SCRIPT_FILENAME: path })
      ).stdout.toString();
    },
    async occupy(milliseconds, pool = first.name) {
      return Number(
        (await request(pool, { ...probe, QUERY_STRING: `busy=${milliseconds}` })).stdout.toString(),
      );
    },
    log: () => readText(join(dir, 'error.log')) + readText(join(dir, 'stderr.log')),
    kill: () => killPhpFpm(dir),
    stop: () => stopAll(dir),
  };
}

/** Ends every process of this php-fpm and removes its directory. */
async function stopAll(dir: string): Promise<void> {
  await killPhpFpm(dir);
  rmSync(dir, { recursive: true, force: true });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // not written yet
  }
}
