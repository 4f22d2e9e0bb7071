import type { Stats } from 'node:fs';
import { closeSync, constants, existsSync, fstatSync, openSync, readFileSync, utimesSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from './adapters/clock.ts';
import { readRef } from './adapters/git/ref.ts';
import { parseLedger } from './adapters/ledger-format.ts';
import { replaceTextfile } from './adapters/textfile.ts';
import { renewTimes } from './core/metrics/renewal.ts';
import { DEFAULT_CONFIG_PATH, DEFAULT_STATE_PATH } from './core/paths.ts';
import { sha256 } from './core/sha256.ts';
import type { KeptFile, QuietRecord } from './core/types.ts';
import { VERSION } from './core/version.ts';

/** The process's environment variables, as they come in from main.ts. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Whether `reconcile --once` has nothing to do, found out with a handful of system calls and none of our other code:
 * same program, configuration and RECONCILE_* settings, same commit, no debt, and every file as it was left.
 *
 * The record was written under the same conditions that are compared here, so that a wrong guess (of the state
 * directory, for one) can only answer false, which costs the full pass and nothing else. Never throws, and writes nothing
 * but times, where a textfile tells them.
 */
export function isQuietPass(argv: readonly string[], environment: Environment): boolean {
  try {
    const configPath = quietConfigPath(argv, environment);
    if (configPath === null) return false;
    const config = readFileSync(configPath);
    const ledgerPath = join(guessStatePath(config, environment), 'ledger.json');
    const ledger = readRegularFile(ledgerPath);
    const record = isOurs(ledger.stat) ? parseLedger(ledger.bytes.toString('utf8')) : null;
    if (record === null || record.owed !== null || record.quiet === null) return false;
    if (record.untold.length > 0) return false;
    if (!isSameCall(record.quiet, { configPath, config, environment }) || !isSameHost(record.quiet))
      return false;
    return renewTextfile(record.quiet.textfile ?? null, dirname(ledgerPath));
  } catch {
    // Whatever is missing or unreadable is told by the full pass.
    return false;
  }
}

/** The full pass trusts no record that somebody else may have written. */
function isOurs(stat: Stats): boolean {
  return stat.uid === process.geteuid?.();
}

/** Only the plain forms `--once` and `--once --config PATH` are quiet. */
function quietConfigPath(argv: readonly string[], environment: Environment): string | null {
  if (argv[0] !== '--once') return null;
  if (argv.length === 1) return environment.RECONCILE_CONFIG ?? DEFAULT_CONFIG_PATH;
  return argv.length === 3 && argv[1] === '--config' ? (argv[2] ?? null) : null;
}

/** Reads `state:` off the text, since parsing YAML would take longer than the rest of the pass. */
function guessStatePath(config: Buffer, environment: Environment): string {
  if (environment.RECONCILE_STATE !== undefined) return environment.RECONCILE_STATE;
  const match = /^state:[ \t]+(['"]?)([^'"#\r\n]+?)\1[ \t]*$/m.exec(config.toString('utf8'));
  return match?.[2] ?? DEFAULT_STATE_PATH;
}

interface Call {
  readonly configPath: string;
  readonly config: Buffer;
  readonly environment: Environment;
}

function isSameCall(quiet: QuietRecord, call: Call): boolean {
  return (
    quiet.version === VERSION &&
    quiet.config.path === call.configPath &&
    quiet.config.sha256 === sha256(call.config) &&
    quiet.environment === identifyEnvironment(call.environment)
  );
}

function isSameHost(quiet: QuietRecord): boolean {
  const { source, files } = quiet;
  if (source === null || readRef(source.gitdir, source.ref) !== source.commit) return false;
  return files.every(isSameFile);
}

function isSameFile(file: KeptFile): boolean {
  const { bytes, stat } = readRegularFile(file.path);
  const isSameMode = (stat.mode & 0o7777) === file.mode && stat.uid === file.uid && stat.gid === file.gid;
  return isSameMode && sha256(bytes) === file.sha256;
}

/** Whether nobody has to be told anything but the time: a pause is something to be told. */
function renewTextfile(path: string | null, state: string): boolean {
  if (path === null) return true;
  if (existsSync(join(state, 'pause.json'))) return false;
  const now = systemClock.now();
  const text = renewTimes(readRegularFile(path).bytes.toString('utf8'), now);
  if (text === null) return false;
  utimesSync(join(state, 'success'), now, now);
  replaceTextfile(path, text);
  return true;
}

/**
 * Throws, which `isQuietPass` takes for a difference, when it is absent or anything else than a regular file: the full
 * pass follows no link either, and a pipe would be waited for.
 */
function readRegularFile(path: string): { readonly bytes: Buffer; readonly stat: Stats } {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw new Error(`${path} is no regular file`);
    return { bytes: readFileSync(descriptor), stat };
  } finally {
    closeSync(descriptor);
  }
}

/** Hash of everything but the files that shapes a run: the host's name and the RECONCILE_* settings. */
export function identifyEnvironment(environment: Environment): string {
  const settings = Object.keys(environment)
    .filter((name) => name.startsWith('RECONCILE_'))
    .sort()
    .map((name) => [name, environment[name]]);
  return sha256(JSON.stringify([hostname(), settings]));
}
