/** What `reconcile doctor` sees of a host, and what is weak in it. Nouns only. */
import type { ErrorCode, ReconcileError } from '../errors.ts';
import type { ServiceState } from '../types.ts';
import type { FindingCode } from './findings.ts';

/** What can be seen of a php-fpm without changing anything. Every null or empty list also stands for "cannot be told". */
export interface ServiceFacts {
  /** What a run would end with, each as it would be thrown. */
  readonly errors: readonly ReconcileError[];
  readonly config: string;
  /** False: php-fpm runs in another container. */
  readonly hasBinary: boolean;
  readonly state: ServiceState | null;
  /** Masters of other configurations, looked for when ours does not run. */
  readonly strangers: readonly { readonly pid: number; readonly config: string }[];
  /** `at` is `file:line`; null where the setting is not written. */
  readonly controlTimeout: { readonly ms: number; readonly at: string | null } | null;
  readonly pools: readonly PoolFacts[];
  /** Where the file could stand instead, when it stands where no pool reads it. */
  readonly proposals: readonly PlaceProposal[];
  /** The systemd unit whose main process the master is, with the text of its `Restart=`. */
  readonly unit: { readonly name: string; readonly restart: string } | null;
  /** Whether php-fpm -t can run in a private mount namespace. */
  readonly canMount: boolean | null;
  /** Whether a private php-fpm ends with a run that is killed. */
  readonly canEndWithUs: boolean | null;
  /** Lines of the web server that give PHP a parameter with the name of a variable of ours. */
  readonly shadows: readonly { readonly name: string; readonly at: string }[];
}

export interface PoolFacts {
  readonly name: string;
  /** `file:line` of its first header. */
  readonly at: string;
  readonly readsOurFile: boolean;
  readonly hasPing: boolean;
  /** `file:line` of `clear_env = no`; null: php-fpm clears the environment. */
  readonly keepsEnvironmentAt: string | null;
}

/** A place for the php-fpm file, and what the host configuration must say for it. */
export interface PlaceProposal {
  readonly binary: string | null;
  readonly config: string;
  readonly path: string;
  /** Headers to write; empty where the include stands inside a pool. */
  readonly pools: readonly string[];
}

/** What the places on this host are like that a run writes to. */
export interface PlaceFacts {
  readonly errors: readonly ReconcileError[];
  /** Type of the file system, as mount(8) names it; null for one that we do not know by name. */
  readonly state: { readonly path: string; readonly fileSystem: string | null };
  readonly lock: { readonly path: string; readonly fileSystem: string | null };
  /** Destinations with access lists that a replaced file would not have. */
  readonly withAccessList: readonly string[];
  /** Files with secrets of this host that everybody on it may read. */
  readonly openSecrets: readonly string[];
  /** Where a file for php-fpm could stand, on a host whose configuration names none. */
  readonly proposals: readonly PlaceProposal[];
}

/** One weakness before it has its severity and its advice. */
export interface Weakness {
  readonly code: FindingCode;
  readonly message: string;
  /** Places for the file, to be told with the advice. */
  readonly proposals?: readonly PlaceProposal[];
}

/** One weakness of a host's set-up: what, where, which value, and what to do. With an error no run can do its work. */
export type Finding = { readonly message: string; readonly advice: string } & (
  | { readonly severity: 'error'; readonly code: ErrorCode }
  | { readonly severity: 'warning' | 'note'; readonly code: FindingCode }
);
