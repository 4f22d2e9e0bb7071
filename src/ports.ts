/** The outside world, as the plot sees it. Adapters implement these; nothing else may touch it. */
import type { Restraint } from './core/daemon/restraint.ts';
import type { ServiceFacts } from './core/doctor/facts.ts';
import type { Advance, Commit } from './core/git/commit.ts';
import type { HistoryEntry, HistoryLine } from './core/history-entry.ts';
import type {
  Change,
  LedgerRecord,
  LostEdit,
  ObservedFile,
  ServiceState,
  Snapshot,
  TestVerdict,
} from './core/types.ts';

/** Where commits come from. Never writes a work tree, never runs anything of the repository. */
export interface GitSource {
  /**
   * The commit that is to be live, 40 hex digits: the tip of the tracked branch, what the tracked tag names, or the
   * tracked commit itself. Throws SOURCE_UNREACHABLE, SOURCE_DENIED, SERVER_UNTRUSTED, or SOURCE_BRANCH_MISSING
   * when the repository is there and the branch or tag is not.
   */
  probe(): Promise<string>;
  /** A commit that was probed, whole. Throws SOURCE_DAMAGED, SOURCE_TOO_LARGE, and what `probe` throws. */
  read(commit: string): Promise<Snapshot>;
  /** The object of a commit that was probed. Throws what `read` throws. */
  inspect(commit: string): Promise<Commit>;
  /**
   * How a commit that was probed relates to one that was live, which the repository need not have any more. Throws what
   * `read` throws.
   */
  compare(commit: string, live: string): Promise<Advance>;
}

/** Who may speak for the repository. */
export interface Signers {
  /** `tip`: whoever signs a commit vouches for all of it; `all-new`: and for nothing that others brought in since. */
  readonly scope: 'tip' | 'all-new';
  /** Throws COMMIT_UNTRUSTED naming every commit that is not signed by one of them, and why. */
  verify(commits: readonly Commit[]): Promise<void>;
}

/**
 * The destinations on this host. Every call is synchronous, so that a kill falls between system calls of one thread
 * (facts/reliability.md F.1).
 */
export interface FileStore {
  /** What stands at `path` now; a link is never followed. Throws DESTINATION_UNSAFE. */
  observe(path: string): ObservedFile;
  /**
   * Carries out changes of content and metadata, all or none: stages every new file beside its destination, re-reads the
   * destinations, renames one after the other, makes the directories durable. On any error everything is put back.
   * Throws WRITE_FAILED (everything is as before), EDITED_MEANWHILE (a destination no longer equals `before`; nothing
   * was changed), DESTINATION_OBSTACLE, DESTINATION_UNSAFE, and UNDO_FAILED when something could not be put back.
   */
  install(changes: readonly Change[]): void;
  /** Removes temporaries that a killed run left beside these destinations; never anything else. */
  sweep(paths: readonly string[]): void;
}

/** php-fpm on this host. */
export interface Service {
  /** Removes what killed runs left of private php-fpms; never anything else. Never throws. */
  sweep(): void;
  inspect(): Promise<ServiceState>;
  /**
   * Hash of the php-fpm program and its main configuration. Content that failed so often that it is held for good is
   * tried again when it changes.
   */
  basis(): Promise<string>;
  /**
   * Whether php-fpm can take these bytes over and prove it. Throws LAYOUT_WRONG where no pool would get every value or
   * could prove it, ENVIRONMENT_BROKEN where php-fpm, inspected as `state`, is ill already or another one answers in
   * its place.
   */
  checkReadiness(state: ServiceState, bytes: Uint8Array): Promise<void>;
  /**
   * Loads the bytes into a private php-fpm and asks every variable back over FastCGI.
   * Throws REHEARSAL_FAILED naming the variables that differ, or ENVIRONMENT_BROKEN when no private php-fpm can run.
   */
  rehearse(bytes: Uint8Array): Promise<void>;
  /**
   * `php-fpm -t` of the real configuration with these bytes (null: no file) in place of the file; nothing live is
   * touched.
   */
  testWith(bytes: Uint8Array | null): Promise<TestVerdict>;
  /** `php-fpm -t` of the real configuration as it is on disk. */
  testLive(): Promise<TestVerdict>;
  /**
   * Signals the master that was inspected as `before` and proves that a later incarnation runs the bytes: signals again
   * where the signal was lost. Throws SIGNAL_FAILED when nobody was there to be signalled; RELOAD_UNPROVEN at the
   * deadline, at once when the master died, but TREE_BROKEN where the configuration on disk fails `-t` by then;
   * RELOAD_UNANSWERED where it runs anew and is only too busy to answer.
   */
  reload(before: ServiceState & { readonly kind: 'running' }, bytes: Uint8Array | null): Promise<void>;
  /** Runs the host's start command: php-fpm ended at our signal. False where none is configured. Never throws. */
  revive(): Promise<boolean>;
  /** Proves, without a signal, that a healthy master other than incarnation `before` runs the bytes. Throws RELOAD_UNPROVEN. */
  prove(before: string | null, bytes: Uint8Array | null): Promise<void>;
  /** What is to be seen of php-fpm's set-up with these bytes in place of the file. Changes nothing. */
  diagnose(bytes: Uint8Array): Promise<ServiceFacts>;
}

/** The host's memory. Every write is durable when the call returns. Synchronous, as FileStore is. */
export interface Ledger {
  /**
   * A lost or damaged record is read as one that owes a reload of unknown content; what the record before it held and
   * took for the last good state is in it. Writes nothing. Throws STATE_UNUSABLE.
   */
  read(): LedgerRecord;
  /** Keeps a damaged record aside for people to look at. Throws STATE_UNUSABLE. */
  write(record: LedgerRecord): void;
  /** Keeps bytes under their sha256 (hex), durably, before any record names them. Throws STATE_UNUSABLE. */
  keep(bytes: Uint8Array): string;
  /** Bytes kept under a hash, or null when they are lost or damaged. */
  recall(sha256: string): Uint8Array | null;
  /** Drops kept bytes that none of the records names, and temporaries of killed runs. Throws STATE_UNUSABLE. */
  prune(records: readonly LedgerRecord[]): void;
}

/** What was done on this host, one line for each run that did something, each line bound to the one before it. */
export interface History {
  /** Durable when the call returns. Throws STATE_UNUSABLE. */
  append(entry: HistoryEntry): void;
  /** Every line in order. Throws STATE_UNUSABLE. */
  read(): readonly HistoryLine[];
  /** The newest line, without a look at the others; null: there is none, or it is damaged. Throws STATE_UNUSABLE. */
  last(): HistoryEntry | null;
}

/** What somebody else wrote to a destination and a run displaced, kept for people: no run ever needs it. */
export interface Edits {
  /**
   * Durable when the call returns; the oldest ones go (core/kept-edits.ts). `base`: what of ours stood there before.
   * Throws STATE_UNUSABLE: it is not kept.
   */
  keep(content: Uint8Array, base: Uint8Array | null): void;
  /** Null: it is not kept any more, or damaged. Throws STATE_UNUSABLE. */
  find(edit: Pick<LostEdit, 'sha256' | 'base'>): KeptEdit | null;
  /** Removes what killed runs left. Never throws. */
  sweep(): void;
}

export interface KeptEdit {
  /** Where its bytes are, for those who may read them. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Null: it was not kept, or there was none. */
  readonly base: Uint8Array | null;
}

/** When something was so last, such as an answer of a repository on another host. */
export interface Moment {
  /** Throws STATE_UNUSABLE. */
  note(at: Date): void;
  /** Null: never. Throws STATE_UNUSABLE. */
  last(): Date | null;
}

/** What people and the host's configuration say about when runs may change something. */
export interface Restraints {
  /** Null: nothing is in the way. Throws STATE_UNUSABLE. */
  current(): Restraint | null;
}

/** One reconcile at a time on one host. */
export interface Lock {
  /** Null when another process holds it. Throws STATE_UNUSABLE. */
  acquire(): Release | null;
}

export type Release = () => void;

export interface Clock {
  now(): Date;
}

/** One event per line. Values of variables never reach it but as `Value`. */
export interface Log {
  event(
    level: 'debug' | 'info' | 'warning' | 'error',
    name: string,
    fields: Readonly<Record<string, unknown>>,
  ): void;
}
