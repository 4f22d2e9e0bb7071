import { createHash } from 'node:crypto';
import { findAdvance } from '../../../src/adapters/git/advance.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { ReconcileError } from '../../../src/core/errors.ts';
import type { Advance, Commit } from '../../../src/core/git/commit.ts';
import type { RejectedPath, Snapshot } from '../../../src/core/types.ts';
import type { GitSource } from '../../../src/ports.ts';

type Files = Readonly<Record<string, string | Uint8Array>>;

/** A repository in memory: `commit` moves the branch, `head` may be set back or to null (no such branch). */
export class FakeGitSource implements GitSource {
  head: string | null = null;
  probes = 0;
  reads = 0;
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #parents = new Map<string, string | null>();
  #failure: ReconcileError | null = null;

  /** Commits whole content; equal content in another commit has another id. Gives the id. */
  commit(files: Files, rejected: readonly RejectedPath[] = []): string {
    const seed = `${this.#snapshots.size} ${JSON.stringify(files)}`;
    const commit = createHash('sha1').update(seed).digest('hex');
    const entries = Object.entries(files).map(([path, bytes]) => [path, Buffer.from(bytes)] as const);
    this.#snapshots.set(commit, { commit, files: new Map(entries), rejected });
    this.#parents.set(commit, this.head);
    this.head = commit;
    return commit;
  }

  /** Every call fails until `recover`. */
  fail(code: ErrorCode): void {
    this.#failure = new ReconcileError(code, 'scripted failure of the source');
  }

  recover(): void {
    this.#failure = null;
  }

  async probe(): Promise<string> {
    this.probes++;
    if (this.#failure !== null) throw this.#failure;
    if (this.head === null) throw new ReconcileError('SOURCE_BRANCH_MISSING', 'the branch does not exist');
    return this.head;
  }

  async read(commit: string): Promise<Snapshot> {
    this.reads++;
    if (this.#failure !== null) throw this.#failure;
    const snapshot = this.#snapshots.get(commit);
    if (snapshot === undefined) throw new ReconcileError('SOURCE_DAMAGED', `commit ${commit} is missing`);
    return snapshot;
  }

  async inspect(oid: string): Promise<Commit> {
    if (this.#failure !== null) throw this.#failure;
    const parent = this.#parents.get(oid) ?? null;
    const parents = parent === null ? [] : [parent];
    return { oid, parents, tree: oid, committedAt: 0, payload: Buffer.from(oid), signature: null };
  }

  async compare(tip: string, live: string): Promise<Advance> {
    return await findAdvance(
      async (oid) => (this.#snapshots.has(oid) ? await this.inspect(oid) : null),
      tip,
      live,
    );
  }
}
