import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../core/errors.ts';
import type { Advance, Commit } from '../../core/git/commit.ts';
import type { Snapshot } from '../../core/types.ts';
import { describe } from '../errno.ts';
import type { EntryType, SnapshotLimits } from '../snapshot-rules.ts';
import { SnapshotDraft } from '../snapshot-rules.ts';
import { findAdvance } from './advance.ts';
import { explainLayout } from './layout.ts';
import type { StoreLocation, TreeEntry } from './object-store.ts';
import { isMissing, ObjectStore } from './object-store.ts';

/** What the last commit that was read had: files by the names of their objects, lists of files by their folders. */
interface Known {
  readonly blobs: ReadonlyMap<string, Uint8Array>;
  readonly folders: ReadonlyMap<string, Folder>;
}

/** With the paths of its entries made once: most folders of a commit are those of the one before. */
interface Folder {
  /** Of its tree. */
  readonly oid: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly name: string;
  readonly path: string;
  readonly type: EntryType;
  readonly oid: string;
}

interface PassOptions {
  readonly limits: SnapshotLimits;
  readonly known: Known;
  readonly location: StoreLocation;
}

/** `git gc` and `git repack` take packs away while they are read; a pass with a new cache then finds the new ones. */
const ATTEMPTS = 3;
const PAUSE_MS = 50;

/** Above it, starting git beats reading with isomorphic-git: 8 ms against 0.6 to 1 ms for each blob. */
const MANY_BLOBS = 200;

const ENTRY_TYPES: ReadonlyMap<string, EntryType> = new Map([
  ['100644', 'file'],
  ['100755', 'file'],
  ['040000', 'directory'],
  ['120000', 'symlink'],
  ['160000', 'submodule'],
]);

/**
 * Reads commits out of one object store. All throw SOURCE_DAMAGED when an object is missing or damaged, or the layout of
 * the store is not supported, and SOURCE_TOO_LARGE.
 *
 * A reader remembers the last commit it read, so that the next one costs its new objects alone.
 */
export class CommitReader {
  readonly #limits: SnapshotLimits;
  #known: Known = { blobs: new Map(), folders: new Map() };

  constructor(limits: SnapshotLimits) {
    this.#limits = limits;
  }

  /** One commit whole. */
  async read(location: StoreLocation, commit: string): Promise<Snapshot> {
    return await this.#inPasses(location, commit, async (store) => {
      const pass = new Pass(store, { limits: this.#limits, known: this.#known, location });
      const snapshot = await pass.read(commit);
      this.#known = pass.seen;
      return snapshot;
    });
  }

  /** The commit object alone. */
  async inspect(location: StoreLocation, commit: string): Promise<Commit> {
    return await this.#inPasses(location, commit, async (store) => await store.readCommit(commit));
  }

  /** See `GitSource.compare`. Reads as many commits as lie between the two, so the whole history of unrelated ones. */
  async compare(location: StoreLocation, tip: string, live: string): Promise<Advance> {
    return await this.#inPasses(location, tip, async (store) => {
      const find = async (oid: string): Promise<Commit | null> => {
        try {
          return await store.readCommit(oid);
        } catch (error) {
          if (isMissing(error) && oid !== tip) return null;
          throw error;
        }
      };
      return await findAdvance(find, tip, live);
    });
  }

  /** The commit that a ref's object is or names. */
  async peel(location: StoreLocation, oid: string): Promise<string> {
    return await this.#inPasses(location, oid, async (store) => await store.peel(oid));
  }

  /** Works in one pass, a few times where it fails and the store is one that changes. */
  async #inPasses<T>(
    location: StoreLocation,
    commit: string,
    work: (store: ObjectStore) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await work(new ObjectStore(location, this.#limits));
      } catch (error) {
        if (error instanceof ReconcileError) throw error;
        if (location.objects !== undefined || attempt === ATTEMPTS) throw damaged(location, commit, error);
        await sleep(PAUSE_MS);
      }
    }
  }
}

/** One snapshot: first all lists of files, then all files. */
class Pass {
  /** What the next pass need not read again. */
  readonly seen = { blobs: new Map<string, Uint8Array>(), folders: new Map<string, Folder>() };
  readonly #store: ObjectStore;
  readonly #known: Known;
  readonly #location: StoreLocation;
  readonly #draft: SnapshotDraft;
  readonly #trees = new Map<string, readonly TreeEntry[]>();
  readonly #wanted: Entry[] = [];
  readonly #maxListed: number;
  #listed = 0;

  constructor(store: ObjectStore, { limits, known, location }: PassOptions) {
    this.#store = store;
    this.#known = known;
    this.#location = location;
    this.#draft = new SnapshotDraft(limits);
    this.#maxListed = limits.files * limits.depth;
  }

  async read(commit: string): Promise<Snapshot> {
    const { tree } = await this.#store.readCommit(commit);
    await this.#readFolder('', tree);
    const many = await this.#readMany();
    for (const { path, oid } of this.#wanted) {
      const known = this.#known.blobs.get(oid) ?? many.get(oid);
      const bytes = known ?? (await this.#readBlob(path, oid));
      if (bytes === null) continue;
      this.seen.blobs.set(oid, bytes);
      this.#draft.add(path, bytes);
    }
    return this.#draft.finish(commit);
  }

  async #readFolder(path: string, oid: string): Promise<void> {
    const known = this.#known.folders.get(path);
    const folder = known?.oid === oid ? known : { oid, entries: await this.#list(path, oid) };
    this.seen.folders.set(path, folder);
    if (path !== '') this.#count(folder);
    for (const entry of folder.entries) {
      if (!this.#admit(entry)) continue;
      if (entry.type === 'directory') await this.#readFolder(entry.path, entry.oid);
      else this.#wanted.push(entry);
    }
  }

  /**
   * A tree can name another one any number of times: nine trees of 200 bytes are a billion empty folders. As many files
   * as are allowed, each alone in its folders, are within the bound. At the top anything may stand.
   */
  #count({ entries }: Folder): void {
    this.#listed += entries.length;
    if (this.#listed <= this.#maxListed) return;
    const message = `the commit has more than ${this.#maxListed} files and folders`;
    throw new ReconcileError('SOURCE_TOO_LARGE', message);
  }

  async #list(folder: string, tree: string): Promise<readonly Entry[]> {
    const entries = this.#trees.get(tree) ?? (await this.#store.readTree(tree));
    this.#trees.set(tree, entries);
    return entries.map(({ name, mode, oid }) => ({
      name,
      path: folder === '' ? name : `${folder}/${name}`,
      type: ENTRY_TYPES.get(mode) ?? 'special',
      oid,
    }));
  }

  /** A plain `git fetch` accepts a tree with the one name `a/b`, which would be taken for a path. */
  #admit({ name, path, type }: Entry): boolean {
    if (!name.includes('/')) return this.#draft.admit(path, type);
    this.#draft.reject(path, 'is one name with a slash in it');
    return false;
  }

  /** Gives what the faster way brought, where there is one and it is worth it. */
  async #readMany(): Promise<Known['blobs']> {
    const missing = new Set<string>();
    for (const { oid } of this.#wanted) if (!this.#known.blobs.has(oid)) missing.add(oid);
    const { readBlobs } = this.#location;
    return missing.size <= MANY_BLOBS || readBlobs === undefined ? new Map() : await readBlobs([...missing]);
  }

  /** Null: it is too large, which is noted. */
  async #readBlob(path: string, oid: string): Promise<Uint8Array | null> {
    const size = this.#store.measure(oid);
    if (size !== null && !this.#draft.admitSize(path, size)) return null;
    try {
      return await this.#store.readBlob(oid);
    } catch (error) {
      const { blobLimit } = this.#location;
      if (blobLimit === undefined || !isMissing(error)) throw error;
      this.#draft.reject(path, `was left out by the server, because it has more than ${blobLimit} bytes`);
      return null;
    }
  }
}

function damaged({ gitdir, objects }: StoreLocation, commit: string, error: unknown): ReconcileError {
  const why = (objects === undefined ? explain(gitdir) : null) ?? describe(error);
  return new ReconcileError('SOURCE_DAMAGED', `cannot read commit ${commit} in ${gitdir}: ${why}`, {
    cause: error,
  });
}

function explain(gitdir: string): string | null {
  try {
    return explainLayout(gitdir);
  } catch {
    // The store itself cannot be looked at: the first failure says more.
    return null;
  }
}
