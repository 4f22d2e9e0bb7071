import { ReconcileError } from '../../core/errors.ts';
import type { GitSource } from '../../ports.ts';
import { describe } from '../errno.ts';
import type { SnapshotLimits } from '../snapshot-rules.ts';
import { SNAPSHOT_LIMITS } from '../snapshot-rules.ts';
import { CommitReader, containsCommit } from './commit-reader.ts';
import { explainLayout, findGitdir } from './layout.ts';
import { readRef } from './ref.ts';

export interface LocalRepoOptions {
  /** A bare repository, a work tree, or its `.git`; looked at anew in every call. */
  readonly gitdir: string;
  /** `main`, or a full name like `refs/heads/main`. */
  readonly branch: string;
  readonly limits?: Partial<SnapshotLimits>;
}

/**
 * A repository on this host that people push to: no server, no clone, no git process. Reads a repository of any
 * owner, because nothing of it is ever executed. `probe` takes two small files (0.1 ms).
 *
 * Besides the codes of the port, SOURCE_UNREACHABLE names a layout that cannot be read, and what to do.
 */
export function localRepoSource(options: LocalRepoOptions): GitSource {
  const limits = { ...SNAPSHOT_LIMITS, ...options.limits };
  const reader = new CommitReader();
  return {
    probe: async () => probe(options),
    read: async (commit) => reader.read({ gitdir: findGitdir(options.gitdir), commit, limits }),
    contains: async (commit, ancestor) =>
      containsCommit({ gitdir: findGitdir(options.gitdir), commit }, ancestor),
  };
}

/** The full name of a branch: `main` is `refs/heads/main`; a name that starts with `refs/` stays. */
export function fullRef(branch: string): string {
  return branch.startsWith('refs/') ? branch : `refs/heads/${branch}`;
}

function probe({ gitdir: path, branch }: LocalRepoOptions): string {
  const gitdir = findGitdir(path);
  try {
    const commit = readRef(gitdir, fullRef(branch));
    if (commit !== null) return commit;
    const why = explainLayout(gitdir);
    if (why !== null) throw new Error(why);
  } catch (error) {
    throw new ReconcileError('SOURCE_UNREACHABLE', `cannot read ${gitdir}: ${describe(error)}`, {
      cause: error,
    });
  }
  throw new ReconcileError('SOURCE_BRANCH_MISSING', `${gitdir} has no branch ${branch}, or a damaged one`);
}
