import type { Schedule } from '../core/daemon/schedule.ts';
import { formatWindow } from '../core/daemon/window.ts';
import { describeRemote } from '../core/git/remote.ts';
import type { Tracked } from '../core/git/tracked.ts';
import type { Destination } from '../core/types.ts';
import type { Config, ListenerConfig, RepositoryConfig } from './config.ts';
import { describeCommitStatus, describeNotify } from './describe-notify.ts';
import { SETTINGS } from './settings.ts';

/** A configuration as it could be written: setting → value, for those that have one; modes as octal text. */
export type DescribedConfig = Readonly<Record<string, unknown>>;

/** The complete configuration under the names of its settings, in the order of SETTINGS. */
export function describeConfig(config: Config): DescribedConfig {
  const values = new Map<string, unknown>([
    ...describeRepository(config.repository),
    ['repository.id', config.profile.repositoryId],
    ['host.name', config.profile.name],
    ['host.environment', config.profile.environment],
    ['host.groups', config.profile.groups],
    ...config.profile.destinations.flatMap(describeDestination),
    ...describePhpFpm(config),
    ['php_fpm.pools', config.profile.pools],
    ['php_fpm.announce_revision', config.profile.announceRevision],
    ['names.refuse', config.profile.names.refuse],
    ['names.allow', config.profile.names.allow],
    ['secrets.allow_world_readable', config.profile.exposeSecrets],
    ['state', config.state],
    ['lock', config.lock],
    ['log.format', config.logFormat],
    ['limits.file_bytes', config.limits.fileBytes],
    ['limits.files', config.limits.files],
    ['limits.total_bytes', config.limits.totalBytes],
    ['limits.pack_bytes', config.limits.packBytes],
    ['limits.fetch_seconds', config.limits.fetchMs / 1000],
    ['limits.run_seconds', config.limits.runMs / 1000],
    ...describeSchedule(config.schedule),
    ['schedule.windows', config.windows.map(formatWindow)],
    ['metrics.textfile', config.metrics.textfile],
    ...describeListener(config.listener),
    ...describeNotify(config.notify),
    ...describeCommitStatus(config.commitStatus),
  ]);
  const paths = SETTINGS.map((setting) => setting.path).filter((path) => values.has(path));
  return Object.fromEntries(paths.map((path) => [path, values.get(path)]));
}

function describeRepository(repository: RepositoryConfig): readonly (readonly [string, unknown])[] {
  const { remotes, transport, tracked, access, clone, trust } = repository;
  const [url, ...mirrors] = remotes.map(describeRemote);
  return [
    ['repository.url', url],
    ['repository.mirrors', mirrors],
    ['repository.transport', transport],
    ...describeTracked(tracked),
    ['repository.username', access.username],
    ['repository.token_file', access.tokenFile],
    ['repository.ca_file', access.caFile],
    ['repository.identity_file', access.identityFile],
    ['repository.known_hosts', access.knownHostsFile],
    ['repository.keep_connection_seconds', access.keptSeconds],
    ['repository.clone', clone],
    ['repository.verify', trust.verify],
    ['repository.allowed_signers', trust.allowedSignersFile],
    ['repository.revoked_keys', trust.revokedKeysFile],
    ['repository.openpgp_keys', trust.openpgpKeysFile],
  ];
}

function describeTracked({ kind, name }: Tracked): readonly (readonly [string, unknown])[] {
  const kinds = ['branch', 'tag', 'commit'] as const;
  return kinds.map((each) => [`repository.${each}`, each === kind ? name : null]);
}

function describeSchedule(schedule: Schedule): readonly (readonly [string, unknown])[] {
  const isCron = schedule.kind === 'cron';
  return [
    ['schedule.every_seconds', isCron ? null : schedule.ms / 1000],
    ['schedule.cron', isCron ? schedule.expression : null],
    ['schedule.jitter_seconds', isCron ? schedule.jitterMs / 1000 : null],
  ];
}

function describeListener(listener: ListenerConfig): readonly (readonly [string, unknown])[] {
  const { tcp, webhook, control, staleMs } = listener;
  return [
    ['listen.address', tcp?.address ?? null],
    ['listen.port', tcp?.port ?? null],
    ['webhook.sender', webhook?.sender ?? null],
    ['webhook.secret_file', webhook?.secretFile ?? null],
    ['webhook.previous_secret_file', webhook?.previousSecretFile ?? null],
    ['webhook.path', webhook?.path ?? null],
    ['control.socket', control.socket],
    ['control.group', control.gid === null ? null : String(control.gid)],
    ['health.stale_seconds', staleMs / 1000],
  ];
}

function describeDestination(destination: Destination): readonly (readonly [string, unknown])[] {
  const { target, path, mode, uid, gid } = destination;
  const key = `files.${target}`;
  return [
    [`${key}.path`, path],
    [`${key}.owner`, String(uid)],
    [`${key}.group`, String(gid)],
    [`${key}.mode`, mode.toString(8).padStart(4, '0')],
  ];
}

function describePhpFpm({ phpFpm }: Config): readonly (readonly [string, unknown])[] {
  if (phpFpm === null) return [];
  return [
    ['php_fpm.binary', phpFpm.binary ?? 'none'],
    ['php_fpm.config', phpFpm.config],
    ['php_fpm.prefix', phpFpm.prefix],
    ['php_fpm.arguments', phpFpm.args],
    ['reload.command', phpFpm.reloadCommand],
    ['reload.start_command', phpFpm.startCommand],
    ['reload.margin_seconds', phpFpm.marginMs / 1000],
  ];
}
