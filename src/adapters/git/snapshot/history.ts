import type { Advance, Commit } from '../../../core/git/commit.ts';
import { findAdvance } from '../advance.ts';

/** What of a history is asked for: the commits of one that others do not contain, this many of each line (null: all). */
export interface Stretch {
  readonly of: string;
  readonly without: readonly string[];
  readonly depth: number | null;
}

/** Gives commits by their names. What the server does not know of `without` it passes over. */
export type FetchHistory = (stretch: Stretch) => Promise<ReadonlyMap<string, Commit>>;

/** Branches that are merged are seldom older; a whole history may be long. */
const NEAR = 256;

/**
 * How `tip` relates to a commit that was live, by asking the server for what lies between the two. It is believed
 * nothing: what it leaves out shows as a parent that is neither there nor the live commit, and then the history of the
 * live commit has to show that it contains that parent.
 */
export async function compareHistories(fetch: FetchHistory, tip: string, live: string): Promise<Advance> {
  const ahead = await fetch({ of: tip, without: [live], depth: null });
  if (!ahead.has(tip)) return await compareBehind(fetch, tip, live);
  const { commits, edge } = walk(ahead, tip);
  if (!edge.has(live)) return { relation: 'rewritten', commits: [] };
  if (edge.size === 1) return { relation: 'fast-forward', commits };
  for (const depth of [NEAR, null]) {
    const known = new Map([...(await fetch({ of: live, without: [], depth })), ...ahead]);
    let isComplete = true;
    const find = async (oid: string): Promise<Commit | null> => {
      const commit = known.get(oid) ?? null;
      isComplete &&= commit !== null;
      return commit;
    };
    const advance = await findAdvance(find, tip, live);
    if (isComplete) return advance;
  }
  return { relation: 'unknown', commits: [] };
}

/** The server has nothing that the live commit does not contain; the commits of that one prove it. */
async function compareBehind(fetch: FetchHistory, tip: string, live: string): Promise<Advance> {
  const { edge } = walk(await fetch({ of: live, without: [tip], depth: null }), live);
  return { relation: edge.has(tip) ? 'behind' : 'unknown', commits: [] };
}

/** All that is reached from a commit, itself first, and the parents at which the known history ends. */
function walk(known: ReadonlyMap<string, Commit>, from: string) {
  const reached = new Map<string, Commit>();
  const edge = new Set<string>();
  const open = [from];
  for (let oid = open.pop(); oid !== undefined; oid = open.pop()) {
    const commit = known.get(oid);
    if (commit === undefined) edge.add(oid);
    else if (!reached.has(oid)) {
      reached.set(oid, commit);
      open.push(...commit.parents);
    }
  }
  return { commits: [...reached.values()], edge: edge as ReadonlySet<string> };
}
