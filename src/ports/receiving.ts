/** The outside world of a push to a repository on this host: what only its hooks, and what sets them up, have to do with. */
import type { Commit } from '../core/git/commit.ts';
import type { ControlAnswer } from '../core/receive/control-answer.ts';
import type { FoundFiles, ReceiveChange } from '../core/receive/plan-installation.ts';
import type { Snapshot } from '../core/types.ts';

/** The objects of a push that git has not taken yet, beside those that were there before. All throw PUSH_UNCHECKED. */
export interface PushedObjects {
  /** The commit that an object is or names. */
  peel(oid: string): Promise<string>;
  /** Whether a commit has an object, or what it names, among those that it came from. */
  contains(commit: string, before: string): Promise<boolean>;
  /** The commit, and all that came in with it since `before`; null: the commit alone. Throws SOURCE_TOO_LARGE. */
  commits(commit: string, before: string | null): Promise<readonly Commit[]>;
  /** The commit whole. Throws SOURCE_TOO_LARGE. */
  read(commit: string): Promise<Snapshot>;
}

/** A repository of this host, as its owner or root may set it up for pushes. Both throw REPOSITORY_UNUSABLE. */
export interface ReceivingRepository {
  /** Real path. */
  readonly gitdir: string;
  /** Number of the user to whom it belongs. */
  readonly owner: number;
  find(): FoundFiles;
  /**
   * Carries out what `plan` wants, while nobody else changes git's configuration, and gives it back. Each file is the whole
   * old or the whole new one at any time; new ones belong to the owner of the repository. What `plan` throws goes through.
   */
  change(plan: (found: FoundFiles) => readonly ReceiveChange[]): readonly ReceiveChange[];
}

/** The daemon of this host, as another process asks it. */
export interface DaemonControl {
  /** Asks for a run that begins after this call, and waits for its end. Never rejects. */
  run(deadlineMs: number): Promise<ControlAnswer>;
  /** Tells that a run is likely to be asked for. Never rejects. */
  warm(): Promise<void>;
}
