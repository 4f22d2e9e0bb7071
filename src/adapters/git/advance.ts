import type { Advance, Commit } from '../../core/git/commit.ts';

/** Gives a commit; null where the history ends before its beginning, as in a shallow clone. */
export type FindCommit = (oid: string) => Promise<Commit | null>;

/** The commits from which an end of the walk can be reached: the one that was asked for, the live one, or both. */
interface Seen {
  readonly commit: Commit;
  isNew: boolean;
  isOld: boolean;
}

/**
 * How `tip` relates to a commit that was live, by walking both histories from the newest commit down, until all that is
 * left belongs to both. Dates only decide the order: a wrong clock costs steps, never a wrong answer.
 */
export async function findAdvance(find: FindCommit, tip: string, live: string): Promise<Advance> {
  if (tip === live) return { relation: 'same', commits: [] };
  const walk = new Walk(find);
  await walk.reach(tip, { isNew: true, isOld: false });
  await walk.reach(live, { isNew: false, isOld: true });
  walk.hasHoles = false; // a live commit that is gone is one that the tip does not contain
  await walk.run();
  const relation = judge(walk, tip, live);
  if (relation !== 'fast-forward') return { relation, commits: [] };
  return { relation, commits: walk.hasHoles ? null : walk.newCommits() };
}

function judge(walk: Walk, tip: string, live: string): Advance['relation'] {
  if (walk.seen.get(live)?.isNew === true) return 'fast-forward';
  if (walk.seen.get(tip)?.isOld === true) return 'behind';
  return walk.hasHoles ? 'unknown' : 'rewritten';
}

class Walk {
  readonly seen = new Map<string, Seen>();
  hasHoles = false;
  readonly #find: FindCommit;
  /** Those whose parents are to be looked at. */
  #open: Seen[] = [];

  constructor(find: FindCommit) {
    this.#find = find;
  }

  newCommits(): readonly Commit[] {
    return [...this.seen.values()].filter(({ isNew, isOld }) => isNew && !isOld).map(({ commit }) => commit);
  }

  /** Notes from where a commit is reached; one that is reached from somewhere new is looked at again. */
  async reach(oid: string, from: Pick<Seen, 'isNew' | 'isOld'>): Promise<void> {
    const found = this.seen.get(oid) ?? (await this.#meet(oid));
    if (found === null) return;
    const [isNew, isOld] = [found.isNew || from.isNew, found.isOld || from.isOld];
    if (isNew === found.isNew && isOld === found.isOld) return;
    Object.assign(found, { isNew, isOld });
    if (!this.#open.includes(found)) this.#open.push(found);
  }

  /** Ends when nothing is open that only one of the two has. */
  async run(): Promise<void> {
    while (this.#open.some(({ isNew, isOld }) => isNew !== isOld)) {
      const newest = this.#open.reduce((a, b) => (b.commit.committedAt > a.commit.committedAt ? b : a));
      this.#open = this.#open.filter((each) => each !== newest);
      for (const parent of newest.commit.parents) await this.reach(parent, newest);
    }
  }

  async #meet(oid: string): Promise<Seen | null> {
    const commit = await this.#find(oid);
    if (commit === null) this.hasHoles = true;
    const met = commit === null ? null : { commit, isNew: false, isOld: false };
    if (met !== null) this.seen.set(oid, met);
    return met;
  }
}
