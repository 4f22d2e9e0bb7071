import { ReconcileError } from '../../core/errors.ts';
import type { Tracked } from '../../core/git/tracked.ts';
import { describeTracked, refOf } from '../../core/git/tracked.ts';
import type { GitSource } from '../../ports.ts';
import { describe } from '../errno.ts';
import type { SnapshotLimits } from '../snapshot-rules.ts';
import { CommitReader } from './commit-reader.ts';
import { explainLayout, findGitdir } from './layout.ts';
import { readRef } from './ref.ts';

export interface LocalRepoOptions {
  /** A bare repository, a work tree, or its `.git`; looked at anew in every call. */
  readonly path: string;
  readonly tracked: Tracked;
  readonly limits: SnapshotLimits;
}

/**
 * A repository on this host that people push to: no server, no clone, no git process. Reads a repository of any
 * owner, because nothing of it is ever executed. `probe` takes two small files (0.1 ms); a tag that is an object of its
 * own costs that object as well.
 *
 * Besides the codes of the port, SOURCE_UNREACHABLE names a layout that cannot be read, and what to do.
 */
export function localRepoSource({ path, tracked, limits }: LocalRepoOptions): GitSource {
  const reader = new CommitReader(limits);
  const locate = () => ({ gitdir: findGitdir(path) });
  return {
    async probe() {
      const ref = refOf(tracked);
      if (ref === null) return tracked.name;
      const oid = probe(findGitdir(path), ref, tracked);
      return tracked.kind === 'tag' ? await reader.peel(locate(), oid) : oid;
    },
    read: async (commit) => await reader.read(locate(), commit),
    inspect: async (commit) => await reader.inspect(locate(), commit),
    compare: async (commit, live) => await reader.compare(locate(), commit, live),
  };
}

function probe(gitdir: string, ref: string, tracked: Tracked): string {
  try {
    const oid = readRef(gitdir, ref);
    if (oid !== null) return oid;
    const why = explainLayout(gitdir);
    if (why !== null) throw new Error(why);
  } catch (error) {
    throw new ReconcileError('SOURCE_UNREACHABLE', `cannot read ${gitdir}: ${describe(error)}`, {
      cause: error,
    });
  }
  const message = `${gitdir} has no ${describeTracked(tracked)}, or a damaged one`;
  throw new ReconcileError('SOURCE_BRANCH_MISSING', message);
}
