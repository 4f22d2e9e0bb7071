import type { Schedule } from '../core/daemon/schedule.ts';
import type { ChangeWindow } from '../core/daemon/window.ts';
import type { Remote } from '../core/git/remote.ts';
import type { Tracked } from '../core/git/tracked.ts';
import type { LogFormat } from '../core/log-line.ts';
import type { ChannelName } from '../core/notice/channel.ts';
import type { NoticeKind } from '../core/notice/notice.ts';
import type { StatusForgeName } from '../core/notice/status-forge.ts';
import type { HostProfile } from '../core/types.ts';
import type { ForgeName } from '../core/webhook/forge.ts';

/** The host configuration, complete: nothing is left to be found out. */
export interface Config {
  readonly repository: RepositoryConfig;
  readonly profile: HostProfile;
  /** Null on a host that gets no php-fpm file. */
  readonly phpFpm: PhpFpmConfig | null;
  readonly state: string;
  readonly lock: string;
  readonly logFormat: LogFormat;
  readonly limits: LimitsConfig;
  /** When new commits are taken; empty: always. */
  readonly windows: readonly ChangeWindow[];
  readonly schedule: Schedule;
  readonly metrics: MetricsConfig;
  readonly listener: ListenerConfig;
  readonly notify: NotifyConfig;
  /** Null: no forge is told. */
  readonly commitStatus: CommitStatusConfig | null;
}

/** Where figures go besides a question over HTTP. Absolute path, `.prom`; null: nowhere. */
export interface MetricsConfig {
  readonly textfile: string | null;
}

/** What a daemon answers, and to whom. */
export interface ListenerConfig {
  /** Null: nothing over the network. */
  readonly tcp: { readonly address: string; readonly port: number } | null;
  /** Null: no webhook is taken. */
  readonly webhook: WebhookConfig | null;
  /** `gid`: the group that may use the socket; null: the user of the daemon alone. */
  readonly control: { readonly socket: string; readonly gid: number | null };
  /** A host on which no run has ended well for so long is not ready. */
  readonly staleMs: number;
}

/** Whose webhooks are taken. */
export interface WebhookConfig {
  readonly sender: ForgeName;
  readonly secretFile: string;
  /** Null: one secret alone is taken. */
  readonly previousSecretFile: string | null;
  /** Where they are posted to. */
  readonly path: string;
}

/** Who is told of runs; nobody, where there is neither a channel nor mail. Paths are absolute; null: not set. */
export interface NotifyConfig {
  readonly channels: readonly {
    readonly name: ChannelName;
    readonly urlFile: string;
    readonly secretFile: string | null;
  }[];
  readonly mail: {
    readonly to: readonly string[];
    readonly from: string | null;
    /** Program and arguments. */
    readonly sendmail: readonly [string, ...string[]];
  } | null;
  readonly events: readonly NoticeKind[];
  readonly repeatMs: number;
  readonly caFile: string | null;
}

/** The server that is told what commits came to. */
export interface CommitStatusConfig {
  readonly forge: StatusForgeName;
  /** Of the repository, without a slash at its end. */
  readonly url: string;
  readonly tokenFile: string;
  readonly caFile: string | null;
}

/** Which commits are live on this host, how they are reached and who may make them. Paths are absolute; null: not set. */
export interface RepositoryConfig {
  /** One repository under several addresses, in the order in which they are asked. */
  readonly remotes: readonly Remote[];
  /** `auto`: by the address and by what is there. */
  readonly transport: 'auto' | 'mirror' | 'snapshot';
  readonly tracked: Tracked;
  readonly access: {
    readonly username: string;
    readonly tokenFile: string | null;
    readonly caFile: string | null;
    readonly identityFile: string | null;
    readonly knownHostsFile: string | null;
    readonly keptSeconds: number;
  };
  /** Directory of the bare clone, for remotes that need one. */
  readonly clone: string;
  readonly trust: {
    readonly verify: 'none' | 'tip' | 'all-new';
    readonly allowedSignersFile: string | null;
    readonly revokedKeysFile: string | null;
    readonly openpgpKeysFile: string | null;
  };
}

/** Bounds of what a run takes and how long it lasts. */
export interface LimitsConfig {
  readonly fileBytes: number;
  readonly files: number;
  readonly totalBytes: number;
  readonly packBytes: number;
  readonly fetchMs: number;
  readonly runMs: number;
}

/** How to reach php-fpm. */
export interface PhpFpmConfig {
  /** Null: php-fpm runs in another container, so nothing can be rehearsed here. */
  readonly binary: string | null;
  readonly config: string;
  /** The service's `-p`; null: what php-fpm was built with. */
  readonly prefix: string | null;
  /** Further arguments of the service. */
  readonly args: readonly string[];
  /** Null: SIGUSR2 to the master. */
  readonly reloadCommand: readonly string[] | null;
  readonly startCommand: readonly string[] | null;
  readonly marginMs: number;
}

/** What the host is, read once and handed in. */
export interface HostFacts {
  readonly hostname: string;
  readonly uid: number;
  readonly gid: number;
  isDirectory(path: string): boolean;
  /** Number of a user or group name; null for an unknown one. */
  uidOf(name: string): number | null;
  gidOf(name: string): number | null;
  /** php-fpm installations found in the usual places. */
  phpFpms(): readonly { readonly binary: string; readonly config: string }[];
}
