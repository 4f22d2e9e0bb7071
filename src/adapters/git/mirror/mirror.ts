import { ReconcileError } from '../../../core/errors.ts';
import type { Advance } from '../../../core/git/commit.ts';
import type { Tracked } from '../../../core/git/tracked.ts';
import type { GitSource } from '../../../ports.ts';
import type { Access, FetchLimits } from '../access.ts';
import { CommitReader } from '../commit-reader.ts';
import { Clone } from './clone.ts';
import { readBlobs } from './read-blobs.ts';

export interface MirrorOptions {
  /** ssh, scp-like, file, http or https, without credentials. */
  readonly url: string;
  readonly tracked: Tracked;
  readonly access: Access;
  readonly limits: FetchLimits;
  /**
   * A cheaper way to the tip of the tracked branch, where there is one: nothing is fetched while that is the tip of the
   * clone. What it throws counts only where git fails in the same way, and says less.
   */
  readonly peek?: () => Promise<string>;
  /** Path of a clone of our own, in a directory that is made where missing. */
  readonly clone: string;
  /** Where git and ssh are looked for; where left out, in the directories of the system. */
  readonly searchPath?: string;
}

/**
 * A repository on a server, fetched by git into a bare clone and read there without git: no work tree, no hook, no filter.
 * `probe` fetches, which is the cheapest question over ssh and file; `read` and `inspect` ask the server only where
 * the clone turns out to be damaged, `compare` also where it has too little history.
 *
 * Besides the codes of the port, CONFIG_INVALID for files of the access and STATE_UNUSABLE for a clone that cannot be
 * written.
 */
export function mirrorSource({ clone: path, peek, ...options }: MirrorOptions): GitSource {
  const { tracked } = options;
  const server = { ...options, connections: `${path}.ssh` };
  const clone = new Clone({ ...server, path });
  const reader = new CommitReader(server.limits);
  const location = {
    gitdir: path,
    readBlobs: async (oids: readonly string[]) => await readBlobs(path, server, oids),
  };
  const healing = async <T>(commit: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ReconcileError) || error.code !== 'SOURCE_DAMAGED') throw error;
      await clone.restore(commit);
      return await work();
    }
  };
  return {
    async probe() {
      if (tracked.kind === 'commit' && clone.tip() === tracked.name) return tracked.name;
      const peeked = tracked.kind === 'branch' ? await peek?.().catch(toForeseen) : null;
      if (typeof peeked === 'string' && clone.tip() === peeked) return peeked;
      const oid = await clone.update().catch((error) => {
        throw peeked instanceof ReconcileError && peeked.code === error.code ? peeked : error;
      });
      if (tracked.kind !== 'tag') return oid;
      return await healing(oid, async () => await reader.peel(location, oid));
    },
    read: async (commit) => await healing(commit, async () => await reader.read(location, commit)),
    inspect: async (commit) => await healing(commit, async () => await reader.inspect(location, commit)),
    async compare(commit, live) {
      const compare = async () => await reader.compare(location, commit, live);
      const advance = await healing(commit, compare);
      return needsHistory(advance) && (await clone.deepen()) ? await compare() : advance;
    },
  };
}

function toForeseen(error: unknown): ReconcileError {
  if (error instanceof ReconcileError) return error;
  throw error;
}

/** Whether the history ends somewhere before all is told. */
function needsHistory({ relation, commits }: Advance): boolean {
  return relation === 'unknown' || commits === null;
}
