/**
 * Every noun of the program, in the order in which data takes these shapes (DESIGN 2).
 * Nothing here reads or writes anything. Absence is `null` in what is saved or printed.
 */
import type { ErrorCode, ReconcileError } from './errors.ts';
import type { Value } from './value.ts';

// ---------------------------------------------------------------------------------------------- the repository

/** A place in a text file of the config repository. `line` and `column` count from 1, columns in characters. */
export interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** The kinds of file that a host gets: `juanpi_php_env.conf` and `shell_env.sh`. */
export type TargetName = 'php-fpm' | 'shell';

/** One commit, whole and in memory; nothing of it was ever checked out. */
export interface Snapshot {
  /** 40 hex digits, or null for a plain directory (`reconcile check DIR`). */
  readonly commit: string | null;
  /** Path with `/` → bytes. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** Entries that are never read: links, submodules, unsafe or oversized paths. */
  readonly rejected: readonly RejectedPath[];
}

export interface RejectedPath {
  readonly path: string;
  readonly why: string;
}

/** One thing that is wrong with a repository, or (as a warning) looks wrong. */
export interface Complaint {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  /** One sentence: what, which value (secrets masked), what to do. Without the location. */
  readonly message: string;
  readonly at: Location | null;
}

/** What a check gives: the value, or null where an error stands in the way, and every complaint at once. */
export interface Checked<T> {
  readonly value: T | null;
  readonly complaints: readonly Complaint[];
}

/** A parsed config repository, before any host is chosen. */
export interface Repository {
  readonly settings: RepositorySettings;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly declarations: ReadonlyMap<string, Declaration>;
  /** Every layer file under `env/`, by path; a file that no host uses is parsed and checked too. */
  readonly layers: ReadonlyMap<string, LayerFile>;
  readonly templates: ReadonlyMap<TargetName, Template>;
}

/** `reconcile.yaml`. */
export interface RepositorySettings {
  readonly format: 1;
  /** Bound into the tree, so that a commit of another repository is not taken for one of this. */
  readonly id: string;
  /** Paths of layer files, weakest first; `{group}`, `{environment}` and `{host}` stand for the host's own. */
  readonly layers: readonly string[];
  /** `refuse`: every name in a layer must stand in variables.yaml. */
  readonly undeclared: 'allow' | 'refuse';
}

/** One entry of `hosts.yaml`. */
export interface Host {
  readonly name: string;
  readonly environment: string;
  /** In the order written: a later group is stronger. */
  readonly groups: readonly string[];
  readonly labels: ReadonlyMap<string, string>;
  readonly addresses: readonly string[];
  /** Null for a host that only its own configuration names. */
  readonly at: Location | null;
}

/** One entry of `variables.yaml`. */
export interface Declaration {
  readonly name: string;
  readonly description: string | null;
  /** Every host must have a value. */
  readonly required: boolean;
  readonly secret: boolean;
  readonly type: VariableType;
  /** Source of a regular expression that the whole value must match. */
  readonly pattern: string | null;
  readonly enum: readonly string[] | null;
  /** The files that get the variable; both when not said. */
  readonly files: readonly TargetName[];
  /** Free text, for people: since which release or date it is read. */
  readonly since: string | null;
  readonly at: Location;
}

export type VariableType = 'string' | 'integer' | 'number' | 'boolean' | 'url' | 'json';

/** One layer file as written: NAME → entry, in file order. */
export interface LayerFile {
  readonly path: string;
  readonly entries: ReadonlyMap<string, LayerEntry>;
}

/** `text` is exactly what the author wrote (`1.10` stays `1.10`); only `expand` texts have `${NAME}` replaced. */
export type LayerEntry =
  | { readonly kind: 'value'; readonly text: string; readonly at: Location }
  | { readonly kind: 'expand'; readonly text: string; readonly at: Location }
  | { readonly kind: 'unset'; readonly at: Location };

/** A layer file in its place for one host: `name` is e.g. `common`, `group functional`, `host php-143-117`. */
export interface Layer {
  readonly name: string;
  readonly file: LayerFile;
}

// ---------------------------------------------------------------------------------------------- one host's values

/** One variable of one host, after all layers. */
export interface Variable {
  readonly name: string;
  readonly value: Value;
  readonly targets: readonly TargetName[];
  readonly origin: Origin;
  /** The weaker layers that also name it, strongest first. */
  readonly hides: readonly Origin[];
}

export interface Origin {
  readonly layer: string;
  readonly at: Location;
}

/** A template as it stands in the repository. */
export interface Template {
  readonly target: TargetName;
  readonly path: string;
  readonly text: string;
}

/** What a template may see and what its output is checked against. */
export interface RenderRequest {
  readonly template: Template;
  readonly host: Host;
  /** All variables of the host, sorted by name (byte order); the target's own are taken from them. */
  readonly variables: readonly Variable[];
  /** `[pool]` headers that the host's configuration lists; empty where the file is included inside a pool. */
  readonly pools: readonly string[];
  /** Whether the php-fpm file may carry `ping.response` with the content's revision. */
  readonly announceRevision: boolean;
}

/** The bytes of one target, proven by the grammar check to hold exactly the host's variables. */
export interface RenderedFile {
  readonly target: TargetName;
  readonly bytes: Uint8Array;
}

/** What the grammar check reads back from a file's bytes. */
export interface ParsedFile {
  /** Name → value in file order; the same in every section. */
  readonly variables: ReadonlyMap<string, string>;
  /** `[pool]` headers in file order; empty without headers. */
  readonly pools: readonly string[];
  /** Value of `ping.response`, or null when the file has none. */
  readonly revision: string | null;
}

// ---------------------------------------------------------------------------------------------- desired and observed

/** Who may do what with a file. `mode`: permission bits, e.g. 0o640. */
export interface Ownership {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** A file of the host as it shall be. */
export interface DesiredFile extends Ownership {
  readonly target: TargetName;
  /** Absolute; from the host's configuration, never from the repository. */
  readonly path: string;
  /** Null: the file shall not exist (the restored state of a first run). */
  readonly bytes: Uint8Array | null;
}

/** What a run wants on disk. */
export interface Desired {
  /** Null where the last good state was adopted from the disk as found. */
  readonly commit: string | null;
  /** sha256 over the files' bytes: equal content has an equal fingerprint, whatever the commit. */
  readonly fingerprint: string;
  readonly files: readonly DesiredFile[];
  /** Names of the variables whose values are never shown. */
  readonly secrets: readonly string[];
}

/** Where a target goes on this host. Nothing of it can come from the repository. */
export type Destination = Omit<DesiredFile, 'bytes'>;

/** What the host's own configuration says that shapes the content. */
export interface HostProfile {
  readonly name: string;
  /** Null: the inventory says it. */
  readonly environment: string | null;
  readonly groups: readonly string[] | null;
  /** In the order of work: php-fpm first. */
  readonly destinations: readonly Destination[];
  /** `[pool]` headers of the php-fpm file; empty where it is included inside a pool. */
  readonly pools: readonly string[];
  readonly announceRevision: boolean;
  /** Whether secrets may go into a file that everybody can read. */
  readonly exposeSecrets: boolean;
  readonly names: NamePolicy;
  /** The `id` that reconcile.yaml must have; null: any. */
  readonly repositoryId: string | null;
}

/** Changes of the host to the list of refused names; entries are names or prefixes that end in `*`. */
export interface NamePolicy {
  readonly refuse: readonly string[];
  readonly allow: readonly string[];
}

/** What stands at a path now. An obstacle is neither absent nor a regular file and is never replaced. */
export type ObservedFile =
  | { readonly kind: 'absent' }
  | ({ readonly kind: 'file'; readonly bytes: Uint8Array } & Ownership)
  | { readonly kind: 'obstacle'; readonly type: ObstacleType };

export type ObstacleType = 'symlink' | 'directory' | 'fifo' | 'socket' | 'device';

// ---------------------------------------------------------------------------------------------- plan

/** What a run would do. Null instead of a plan: nothing. */
export interface Plan {
  readonly desired: Desired;
  /** In the order of work; may be empty when only a reload is owed. */
  readonly changes: readonly Change[];
  readonly reload: ReloadReason | null;
}

/** Why php-fpm must be reloaded: its file changes, or an earlier change is not proven yet. */
export type ReloadReason = 'content' | 'owed';

/** `create`, `replace` and `remove` change bytes; `metadata` corrects mode or owner only. */
export interface Change {
  readonly kind: 'create' | 'replace' | 'remove' | 'metadata';
  readonly desired: DesiredFile;
  readonly before: ObservedFile;
  /** The code that `rsync -c -i -n -p -o -g` prints for it, e.g. `>fcsT......`. */
  readonly itemize: string;
}

// ---------------------------------------------------------------------------------------------- php-fpm

/**
 * `orphaned`: php-fpm processes without a master, still answering with an old environment. `isCertain`: as long as the
 * incarnation is equal, the configuration was not read again; without the right to look at the process, it may have been.
 */
export type ServiceState =
  | {
      readonly kind: 'running';
      readonly pid: number;
      readonly incarnation: string;
      readonly isCertain: boolean;
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'orphaned'; readonly pids: readonly number[] };

/** What `php-fpm -t` said. The message names files and lines, never a value. */
export type TestVerdict = { readonly ok: true } | { readonly ok: false; readonly message: string };

// ---------------------------------------------------------------------------------------------- ledger and outcome

/** The host's memory: facts/reliability.md B.2. */
export interface LedgerRecord {
  readonly schema: 1;
  readonly lastGood: LastGood | null;
  readonly owed: Owed | null;
  readonly held: readonly Held[];
  /** The newest commit that was live; a branch that does not contain it was rewound. */
  readonly highWater: string | null;
  readonly quiet: QuietRecord | null;
  /** Edits that were displaced, or are about to be, and stand in no line of the history yet. */
  readonly untold: readonly LostEdit[];
}

/** The last state that was proven. */
export interface LastGood {
  readonly fingerprint: string;
  readonly commit: string | null;
  readonly files: readonly KeptFile[];
  /** Names of the variables whose values are never shown. */
  readonly secrets: readonly string[];
  /** The php-fpm that was proven to run it; null when none was running, or none that is certain. */
  readonly incarnation: string | null;
}

/** A file of the last good state; its bytes are kept under their hash. */
export interface KeptFile extends Ownership {
  readonly target: TargetName;
  readonly path: string;
  /** Null: the file did not exist. */
  readonly sha256: string | null;
}

/**
 * php-fpm may not be running what is on disk.
 * `prepared`: files may be about to change; `installed`: about to be signalled; `restoring`: going back;
 * `unknown`: the ledger was lost.
 */
export interface Owed {
  readonly phase: 'prepared' | 'installed' | 'restoring' | 'unknown';
  readonly fingerprint: string | null;
  readonly commit: string | null;
  /** php-fpm's incarnation before the signal; null when none was running or known. */
  readonly incarnation: string | null;
  /** What that incarnation runs, as far as it was proven. */
  readonly runs: 'last-good' | 'unknown';
  /** Runs in a row that began this content and never came to an end; one that ends with a failure begins anew at 0. */
  readonly attempts: number;
}

/** Content that php-fpm did not take over live: facts/reliability.md B.5. */
export interface Held {
  readonly fingerprint: string;
  readonly commit: string | null;
  readonly reason: string;
  /** When it failed last; ISO 8601, UTC. */
  readonly at: string;
  /** How often it failed. */
  readonly tries: number;
  /** When it is tried again; ISO 8601, UTC. Null: not while it and its basis stay the same. */
  readonly until: string | null;
  /** Hash of what it failed with besides its own bytes: see `Service.basis`. */
  readonly basis: string;
}

/**
 * All that a pass needs to see that nothing changed: see quiet.ts. `source` is null where no file has the tip, `textfile`
 * where nothing is to be told by one.
 */
export interface QuietRecord {
  readonly version: string;
  readonly config: { readonly path: string; readonly sha256: string };
  readonly environment: string;
  readonly textfile: string | null;
  readonly source: { readonly gitdir: string; readonly ref: string; readonly commit: string } | null;
  readonly files: readonly KeptFile[];
}

/** What somebody else had written to a destination and a run displaced; the bytes are in `Edits` unless `problem` says why not. */
export interface LostEdit extends Pick<Destination, 'target' | 'path'> {
  readonly sha256: string;
  /** sha256 of the content of ours that stood there before; null: none of ours did. */
  readonly base: string | null;
  /** Names of the variables that were secret then. */
  readonly secrets: readonly string[];
  readonly problem: string | null;
}

/** How a run ended. `account.ts` gives it its exit code, its words and its log line. */
export interface Outcome {
  /** `failed`: see `error`; changes may have been made all the same (last good healed, old state put back). */
  readonly kind: 'in-sync' | 'applied' | 'busy' | 'paused' | 'failed';
  /** The commit at the head of the repository, null when it could not be read. */
  readonly commit: string | null;
  /** The commit whose content the changes brought; null: what was found on the host, or no change. */
  readonly content: string | null;
  /** The host's environment; null where the repository was not read anew. */
  readonly environment: string | null;
  /** What was changed on the host, also where the run failed later and the changes stay. */
  readonly changes: readonly Change[];
  /** Reloads that were proven in this run. */
  readonly reloads: number;
  /** Names whose values are masked wherever the changes are shown. */
  readonly secrets: readonly string[];
  readonly error: ReconcileError | null;
  /** Warnings, and the errors of a refused repository. */
  readonly complaints: readonly Complaint[];
}
