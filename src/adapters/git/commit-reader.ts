import fs from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/types.ts';
import { describe } from '../errno.ts';
import type { EntryType, SnapshotLimits } from '../snapshot-rules.ts';
import { SnapshotDraft } from '../snapshot-rules.ts';
import { explainLayout } from './layout.ts';

type Git = typeof import('isomorphic-git');
type TreeEntry = import('isomorphic-git').TreeEntry;
type Blobs = ReadonlyMap<string, Uint8Array>;

export interface ReadRequest {
  readonly gitdir: string;
  readonly commit: string;
  readonly limits: SnapshotLimits;
}

/**
 * `git gc` and `git repack` take packs away while they are read; a pass with a new cache then finds the new ones.
 * Only an endless repack beats it: isomorphic-git fails in 97 % of the passes beside one.
 */
const ATTEMPTS = 3;
const PAUSE_MS = 50;

const ENTRY_TYPES: ReadonlyMap<string, EntryType> = new Map([
  ['100644', 'file'],
  ['100755', 'file'],
  ['040000', 'directory'],
  ['120000', 'symlink'],
  ['160000', 'submodule'],
]);

/**
 * Reads commits out of one object store with isomorphic-git: no process, hook, filter or attribute of the repository
 * ever runs, and no file of it is written. The package (130 ms) is loaded at the first commit.
 *
 * A reader remembers the blobs of the last commit it read, so that the next one costs its new blobs alone.
 */
export class CommitReader {
  #blobs: Blobs = new Map();

  /** Throws SOURCE_DAMAGED when an object is missing or damaged, or the layout of the store is not supported. */
  async read(request: ReadRequest): Promise<Snapshot> {
    const git = await import('isomorphic-git');
    for (let attempt = 1; ; attempt++) {
      try {
        const pass = new Pass(git, request, this.#blobs);
        const snapshot = await pass.read();
        this.#blobs = pass.blobs;
        return snapshot;
      } catch (error) {
        if (attempt === ATTEMPTS) throw damaged(request, error);
        await sleep(PAUSE_MS);
      }
    }
  }
}

/**
 * Whether a commit has another one among its ancestors; false when that one is not there any more. Costs one commit
 * for each step back, so the whole history where the answer is no. Throws SOURCE_DAMAGED.
 */
export async function containsCommit(
  { gitdir, commit }: Pick<ReadRequest, 'gitdir' | 'commit'>,
  ancestor: string,
): Promise<boolean> {
  const git = await import('isomorphic-git');
  const store = { fs, gitdir, cache: {} };
  try {
    await git.readCommit({ ...store, oid: commit });
  } catch (error) {
    throw damaged({ gitdir, commit }, error);
  }
  try {
    return await git.isDescendent({ ...store, oid: commit, ancestor, depth: -1 });
  } catch {
    return false; // a history with holes does not prove it
  }
}

/** One pass with one cache, which is dropped with it, because it keeps whole packs in memory. */
class Pass {
  readonly blobs = new Map<string, Uint8Array>();
  readonly #git: Git;
  readonly #request: ReadRequest;
  readonly #known: Blobs;
  readonly #draft: SnapshotDraft;
  readonly #store: { readonly fs: typeof fs; readonly gitdir: string; readonly cache: object };

  constructor(git: Git, request: ReadRequest, known: Blobs) {
    this.#git = git;
    this.#request = request;
    this.#known = known;
    this.#draft = new SnapshotDraft(request.limits);
    this.#store = { fs, gitdir: request.gitdir, cache: {} };
  }

  async read(): Promise<Snapshot> {
    const { commit } = this.#request;
    const found = await this.#git.readCommit({ ...this.#store, oid: commit });
    if (found.oid !== commit) throw new Error(`${commit} is no commit`);
    await this.#readTree(found.commit.tree, '');
    return this.#draft.finish(commit);
  }

  async #readTree(oid: string, folder: string): Promise<void> {
    for (const entry of await this.#listTree(oid, folder)) {
      const path = folder === '' ? entry.path : `${folder}/${entry.path}`;
      const type = ENTRY_TYPES.get(entry.mode) ?? 'special';
      if (!this.#draft.admit(path, type)) continue;
      if (type === 'directory') await this.#readTree(entry.oid, path);
      else this.#draft.add(path, await this.#readBlob(entry.oid));
    }
  }

  /** isomorphic-git refuses a tree whole when one of its names is `.git`, `..` or has a slash. */
  async #listTree(oid: string, folder: string): Promise<readonly TreeEntry[]> {
    try {
      return (await this.#git.readTree({ ...this.#store, oid })).tree;
    } catch (error) {
      if (!(error instanceof this.#git.Errors.UnsafeFilepathError)) throw error;
      this.#draft.reject(folder === '' ? '.' : folder, `holds the unsafe name ${error.data.filepath}`);
      return [];
    }
  }

  async #readBlob(oid: string): Promise<Uint8Array> {
    const bytes = this.#known.get(oid) ?? (await this.#git.readBlob({ ...this.#store, oid })).blob;
    this.blobs.set(oid, bytes);
    return bytes;
  }
}

function damaged(request: Pick<ReadRequest, 'gitdir' | 'commit'>, error: unknown): ReconcileError {
  const { gitdir, commit } = request;
  const why = explain(gitdir) ?? describe(error);
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
