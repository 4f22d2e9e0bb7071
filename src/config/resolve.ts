import { hasErrors } from '../core/complain.ts';
import { LOG_FORMATS } from '../core/log-line.ts';
import { DEFAULT_STATE_PATH } from '../core/paths.ts';
import type { Checked, Complaint, Destination, HostProfile, TargetName } from '../core/types.ts';
import type { Config, HostFacts, LimitsConfig, PhpFpmConfig } from './config.ts';
import { resolveId } from './resolve-id.ts';
import { resolveListener } from './resolve-listener.ts';
import { resolveMetrics } from './resolve-metrics.ts';
import { resolveCommitStatus, resolveNotify } from './resolve-notify.ts';
import { resolveRepository } from './resolve-repository.ts';
import { resolveSchedule, resolveWindows } from './resolve-schedule.ts';
import type { Resolving } from './resolving.ts';
import { resolveChoice, wrong } from './resolving.ts';
import type { Written } from './written.ts';

/** The places of the system that this program takes over from; defaults only where they exist. */
const OLD_PLACES: Readonly<Record<TargetName, { readonly directory: string; readonly name: string }>> = {
  'php-fpm': { directory: '/usr/local/webserver/php/etc/fpm.d', name: 'juanpi_php_env.conf' },
  shell: { directory: '/etc/profile.d', name: 'shell_env.sh' },
};

const DEFAULT_MODE: Readonly<Record<TargetName, number>> = { 'php-fpm': 0o600, shell: 0o644 };
const MEBIBYTE = 1024 * 1024;

const TARGETS: readonly TargetName[] = ['php-fpm', 'shell'];

/** Completes what was written with the defaults for this host; every complaint at once (CONFIG_INVALID). */
export function resolveConfig(written: Written, facts: HostFacts): Checked<Config> {
  const complaints: Complaint[] = [];
  const resolving = { written, facts, complaints };
  const state = written.text('state') ?? DEFAULT_STATE_PATH;
  const repository = resolveRepository(resolving, state);
  const profile = resolveProfile(resolving);
  const phpFpm = resolvePhpFpm(resolving, profile.destinations);
  const windows = resolveWindows(resolving);
  const schedule = resolveSchedule(resolving);
  const lock = written.text('lock') ?? '/run/reconcile/lock';
  const limits = resolveLimits(written);
  const listener = resolveListener(resolving, { lock, schedule, runMs: limits.runMs });
  const logFormat = resolveChoice(resolving, 'log.format', LOG_FORMATS);
  const notify = resolveNotify(resolving);
  const commitStatus = resolveCommitStatus(resolving);
  const metrics = resolveMetrics(resolving);
  if (hasErrors(complaints)) return { value: null, complaints };
  const config: Config = {
    repository,
    profile,
    phpFpm,
    state,
    lock,
    limits,
    logFormat,
    windows,
    schedule,
    listener,
    notify,
    commitStatus,
    metrics,
  };
  return { value: config, complaints };
}

function resolveLimits(written: Written): LimitsConfig {
  return {
    fileBytes: written.integer('limits.file_bytes') ?? MEBIBYTE,
    files: written.integer('limits.files') ?? 10_000,
    totalBytes: written.integer('limits.total_bytes') ?? 64 * MEBIBYTE,
    packBytes: written.integer('limits.pack_bytes') ?? 256 * MEBIBYTE,
    fetchMs: (written.integer('limits.fetch_seconds') ?? 60) * 1000,
    runMs: (written.integer('limits.run_seconds') ?? 180) * 1000,
  };
}

function resolveProfile(resolving: Resolving): HostProfile {
  const { written, facts, complaints } = resolving;
  const destinations = TARGETS.flatMap((target) => resolveDestination(resolving, target));
  if (destinations.length === 0) {
    complaints.push(wrong(null, 'no file is configured: set files.php-fpm.path or files.shell.path'));
  }
  return {
    name: written.text('host.name') ?? facts.hostname,
    environment: written.text('host.environment'),
    groups: written.list('host.groups'),
    destinations,
    pools: written.list('php_fpm.pools') ?? [],
    announceRevision: written.boolean('php_fpm.announce_revision') ?? true,
    exposeSecrets: written.boolean('secrets.allow_world_readable') ?? false,
    repositoryId: written.text('repository.id'),
    names: { refuse: written.list('names.refuse') ?? [], allow: written.list('names.allow') ?? [] },
  };
}

/** Where `files` says nothing at all, the old places are taken where they exist; else only what it names. */
function resolveDestination(resolving: Resolving, target: TargetName): readonly Destination[] {
  const { written, facts, complaints } = resolving;
  const key = `files.${target}`;
  const path = written.text(`${key}.path`) ?? (written.has('files') ? null : oldPlace(facts, target));
  if (path === null) {
    if (written.has(key))
      complaints.push(wrong(written.at(key), `${key}.path is missing: name the file to write`));
    return [];
  }
  const mode = written.mode(`${key}.mode`) ?? DEFAULT_MODE[target];
  const uid = resolveId(resolving, `${key}.owner`, { word: 'user', fallback: facts.uid, find: facts.uidOf });
  const gid = resolveId(resolving, `${key}.group`, { word: 'group', fallback: facts.gid, find: facts.gidOf });
  return [{ target, path, mode, uid, gid }];
}

function oldPlace(facts: HostFacts, target: TargetName): string | null {
  const { directory, name } = OLD_PLACES[target];
  return facts.isDirectory(directory) ? `${directory}/${name}` : null;
}

function resolvePhpFpm(resolving: Resolving, destinations: readonly Destination[]): PhpFpmConfig | null {
  if (!destinations.some((destination) => destination.target === 'php-fpm')) return null;
  const { written } = resolving;
  const found = findPhpFpm(resolving);
  if (found === null) return null;
  return {
    ...found,
    prefix: written.text('php_fpm.prefix'),
    args: written.list('php_fpm.arguments') ?? [],
    reloadCommand: written.list('reload.command'),
    startCommand: written.list('reload.start_command'),
    marginMs: (written.integer('reload.margin_seconds') ?? 5) * 1000,
  };
}

/** Takes what is written, else the only installation there is; never guesses among several. */
function findPhpFpm({
  written,
  facts,
  complaints,
}: Resolving): Pick<PhpFpmConfig, 'binary' | 'config'> | null {
  const binary = written.text('php_fpm.binary');
  const config = written.text('php_fpm.config');
  if (binary !== null && config !== null) return { binary: binary === 'none' ? null : binary, config };
  const fits = facts
    .phpFpms()
    .filter(
      (each) => (binary === null || each.binary === binary) && (config === null || each.config === config),
    );
  if (fits.length === 1 && fits[0] !== undefined) return fits[0];
  const seen = fits.map((each) => `${each.binary} with ${each.config}`).join(', ');
  const why = fits.length === 0 ? 'no php-fpm was found in the usual places' : `several were found: ${seen}`;
  complaints.push(wrong(written.at('php_fpm'), `set php_fpm.binary and php_fpm.config: ${why}`));
  return null;
}
