import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { systemClock } from './adapters/clock.ts';
import { readDirectory } from './adapters/directory-snapshot.ts';
import { fileEdits } from './adapters/edits.ts';
import { fileStore } from './adapters/files.ts';
import { findGitdir, isGitdir } from './adapters/git/layout.ts';
import { localRepoSource } from './adapters/git/local.ts';
import { openSource } from './adapters/git/open-source.ts';
import { commitSigners } from './adapters/git/signers.ts';
import { fileHistory } from './adapters/history.ts';
import { readHostFacts } from './adapters/host-facts.ts';
import { fileLedger } from './adapters/ledger.ts';
import { flockLock } from './adapters/lock.ts';
import type { LogOptions } from './adapters/log.ts';
import { lineLog } from './adapters/log.ts';
import { borrowMaskKey, maskKey } from './adapters/mask-key.ts';
import { fileMoment } from './adapters/moment.ts';
import { openOutputDirectory } from './adapters/output-directory.ts';
import { filePauses } from './adapters/pause-file.ts';
import { proposeHostPlaces as proposePlaces } from './adapters/php-fpm/propose-place.ts';
import { phpFpmService } from './adapters/php-fpm/service.ts';
import { readPlaces } from './adapters/places.ts';
import { endPrograms } from './adapters/processes.ts';
import { copyRepositoryTemplate } from './adapters/repository-template.ts';
import { hostRestraints } from './adapters/restraints.ts';
import { SNAPSHOT_LIMITS } from './adapters/snapshot-rules.ts';
import { isJournal } from './adapters/systemd/journal.ts';
import type { Config, RepositoryConfig } from './config/config.ts';
import { resolveConfig } from './config/resolve.ts';
import { readWritten } from './config/written.ts';
import type { PlaceFacts } from './core/doctor/facts.ts';
import { ReconcileError } from './core/errors.ts';
import { refOf } from './core/git/tracked.ts';
import { parseFile } from './core/grammar.ts';
import { sha256 } from './core/sha256.ts';
import type { Snapshot } from './core/types.ts';
import { VERSION } from './core/version.ts';
import type { GitSource, Log, Service, Signers } from './ports.ts';
import type { Environment } from './quiet.ts';
import { identifyEnvironment } from './quiet.ts';
import type { World } from './reconcile/world.ts';

/** How a command wants its host. */
export interface HostRequest {
  readonly configPath: string;
  readonly environment: Environment;
  readonly log: LogOptions;
}

/** A host with everything built, ready for a run. */
export interface OpenHost {
  readonly config: Config;
  readonly world: World;
  /** Ends every program that a run has started: for one that is given up. */
  endPrograms(): void;
  /** The key that masks secrets; read when something is shown. A dry run makes none. */
  maskKey(isDry: boolean): Uint8Array;
}

/** Reads the host configuration and builds the world of it. Throws CONFIG_INVALID with every mistake in it. */
export function openHost(request: HostRequest): OpenHost {
  // Read once, so that the quiet record never names other bytes than those that this run obeys.
  const bytes = readConfigBytes(request.configPath);
  const config = parseConfig(request.configPath, bytes, request.environment);
  const { repository, profile, state } = config;
  const log = openLog(request, config);
  const world: World = {
    host: profile,
    source: openConfiguredSource(config, { environment: request.environment, log }),
    isPinned: repository.tracked.kind === 'commit',
    signers: openSigners(repository.trust),
    contact: isLocal(repository) ? null : fileMoment(state, 'contact'),
    restraints: hostRestraints(filePauses(state), config.windows, systemClock),
    files: fileStore(),
    service: makeService(config),
    ledger: fileLedger(state),
    history: fileHistory(state),
    edits: fileEdits(state),
    lock: flockLock(config.lock),
    clock: systemClock,
    log,
    identity: {
      version: VERSION,
      config: { path: request.configPath, sha256: sha256(bytes) },
      environment: identifyEnvironment(request.environment),
      textfile: config.metrics.textfile,
      tip: locateTip(repository),
    },
  };
  const key = (isDry: boolean): Uint8Array => (isDry ? borrowMaskKey(state) : maskKey(state));
  return { config, world, endPrograms, maskKey: key };
}

/** The log of a command on stderr, as the host's configuration wants it, and as journald does where that takes it. */
export function openLog({ log, environment }: HostRequest, { logFormat }: Config): Log {
  return lineLog({ ...log, format: logFormat, isJournal: isJournal(environment.JOURNAL_STREAM) });
}

interface Surroundings {
  readonly environment: Environment;
  readonly log: Log;
}

function openConfiguredSource({ repository, limits }: Config, { environment, log }: Surroundings): GitSource {
  return openSource({
    ...repository,
    access: { ...repository.access, proxies: readProxies(environment) },
    limits: { ...SNAPSHOT_LIMITS, ...limits },
    tell: ({ code, message }) => log.event('warning', 'passed-over', { code, message }),
  });
}

const PROXIES = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTPS_PROXY', 'NO_PROXY'] as const;

/** Those that curl knows: HTTP_PROXY in capitals can be set by whoever sends a request to a CGI program. */
export function readProxies(environment: Environment): Readonly<Record<string, string>> {
  return Object.fromEntries(
    PROXIES.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  );
}

/** Null: whoever may push may deploy. */
export function openSigners({ verify, ...files }: RepositoryConfig['trust']): Signers | null {
  return verify === 'none' ? null : commitSigners({ scope: verify, ...files, clock: systemClock });
}

/** Whether the repository is read in place, so that no server can be away. */
function isLocal({ remotes, transport }: RepositoryConfig): boolean {
  return remotes[0]?.kind === 'path' && transport !== 'mirror';
}

/** Where a quiet pass looks for the tip; a repository that is away is told by the full pass. */
function locateTip({ remotes, transport, tracked }: RepositoryConfig): World['identity']['tip'] {
  const [remote] = remotes;
  const ref = refOf(tracked);
  if (ref === null || remote?.kind !== 'path' || transport === 'mirror') return null;
  try {
    return { gitdir: findGitdir(remote.path), ref };
  } catch (error) {
    if (error instanceof ReconcileError) return { gitdir: remote.path, ref };
    throw error;
  }
}

function makeService(config: Config): Service | null {
  const destination = config.profile.destinations.find((each) => each.target === 'php-fpm');
  if (config.phpFpm === null || destination === undefined) return null;
  return phpFpmService({
    ...config.phpFpm,
    livePath: destination.path,
    parse: (bytes) => parseFile('php-fpm', bytes, destination.path).value,
  });
}

/** The pause of a host, and the time. Throws CONFIG_INVALID. */
export function openPauses(configPath: string, environment: Environment) {
  const { state } = readConfig(configPath, environment);
  return { pauses: filePauses(state), now: systemClock.now() };
}

/** The host configuration with its defaults. Throws CONFIG_INVALID with every mistake in it. */
export function readConfig(path: string, environment: Environment): Config {
  return parseConfig(path, readConfigBytes(path), environment);
}

function parseConfig(path: string, bytes: Uint8Array, environment: Environment): Config {
  const written = readWritten(path, bytes, environment);
  const resolved = written.value === null ? null : resolveConfig(written.value, readHostFacts());
  if (resolved !== null && resolved.value !== null) return resolved.value;
  const complaints = [...written.complaints, ...(resolved?.complaints ?? [])];
  const lines = complaints.map(
    ({ at, message }) => `\n  ${at === null ? '' : `${at.line}:${at.column}: `}${message}`,
  );
  throw new ReconcileError('CONFIG_INVALID', `the host configuration ${path} is wrong:${lines.join('')}\n`);
}

/** The host configuration as it is written. Throws CONFIG_INVALID. */
export function readConfigBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ReconcileError('CONFIG_INVALID', `cannot read the host configuration: ${reason}`, {
      cause: error,
    });
  }
}

/**
 * A config repository anywhere: a directory of files as they are, or the tip of a branch of a bare
 * repository. Throws USAGE, and what the source throws.
 */
export async function openRepository(path: string, branch: string): Promise<Snapshot> {
  const directory = resolve(path);
  if (!existsSync(directory)) throw new ReconcileError('USAGE', `there is no directory ${directory}`);
  if (!isGitdir(directory)) return readDirectory(directory);
  const tracked = { kind: 'branch', name: branch } as const;
  const source = localRepoSource({ path: directory, tracked, limits: SNAPSHOT_LIMITS });
  return await source.read(await source.probe());
}

/** A new config repository made of the template, with a first commit. Gives the commit. Throws USAGE. */
export async function startRepository(directory: string): Promise<string> {
  const { commitNewRepository } = await import('./adapters/git/new-repository.ts');
  copyRepositoryTemplate(directory);
  return await commitNewRepository(directory, 'Start the config repository');
}

/** Where `reconcile render` puts its files. */
export const outputDirectory = openOutputDirectory;

/** What the places of a host are like, for its diagnosis. */
export async function readHostPlaces(config: Config): Promise<PlaceFacts> {
  const { state, lock, profile, phpFpm } = config;
  const { checkSecrets } = await import('./wire/check-secrets.ts');
  const secrets = checkSecrets(config);
  const places = await readPlaces({
    state,
    lock,
    destinations: profile.destinations.map(({ path }) => path),
  });
  return {
    ...places,
    errors: [...places.errors, ...secrets.errors],
    openSecrets: secrets.open,
    proposals: phpFpm === null ? await proposeHostPlaces() : [],
  };
}

/** Places for the php-fpm file that this host's php-fpm would read. */
export const proposeHostPlaces = proposePlaces;
