import { ReconcileError } from '../../../core/errors.ts';
import type { Advance, Commit } from '../../../core/git/commit.ts';
import { parseCommit } from '../../../core/git/commit.ts';
import type { Tracked } from '../../../core/git/tracked.ts';
import { describeTracked, refOf } from '../../../core/git/tracked.ts';
import type { Snapshot } from '../../../core/types.ts';
import type { GitSource } from '../../../ports.ts';
import { describe } from '../../errno.ts';
import type { Access, FetchLimits } from '../access.ts';
import { CommitReader } from '../commit-reader.ts';
import type { StoredObject, StoreLocation } from '../object-store.ts';
import { GitServer, ServerRefused } from './git-server.ts';
import type { Stretch } from './history.ts';
import { compareHistories } from './history.ts';
import type { Wanted } from './messages.ts';
import { readPack } from './read-pack.ts';

export interface HttpSnapshotOptions {
  /** http or https, without credentials. */
  readonly url: string;
  readonly tracked: Tracked;
  readonly access: Access;
  readonly limits: FetchLimits;
}

type Objects = ReadonlyMap<string, StoredObject>;

/** What git and JGit say of a commit that they do not have, or that no ref leads to. */
const ABSENT = /says: .*(?:not our ref|not valid)/;

const MIB = 1024 * 1024;

/**
 * A repository on a web server, one commit of it at a time: no git program, nothing on the disk, no history. `probe` is
 * one small request (one round trip on a connection that is kept); a commit is one more, and is kept in memory until
 * another one is asked for. Meant for some hundred files: all of them are fetched with each commit.
 *
 * Besides the codes of the port, all throw CONFIG_INVALID for a file of `access` that cannot be used.
 */
export function httpSnapshotSource(options: HttpSnapshotOptions): GitSource {
  return new HttpSnapshotSource(options);
}

class HttpSnapshotSource implements GitSource {
  readonly #options: HttpSnapshotOptions;
  readonly #server: GitServer;
  readonly #reader: CommitReader;
  #kept: { readonly commit: string; readonly location: StoreLocation } | null = null;
  /** Whether the repository has files that are too large, which the server is to leave out. */
  #isLarge = false;

  constructor(options: HttpSnapshotOptions) {
    this.#options = options;
    this.#server = new GitServer(options);
    this.#reader = new CommitReader(options.limits);
  }

  async probe(): Promise<string> {
    const { tracked, url } = this.#options;
    const ref = refOf(tracked);
    if (ref === null) return tracked.name;
    const commit = await this.#server.findRef(ref, this.#startDeadline());
    if (commit !== null) return commit;
    throw new ReconcileError('SOURCE_BRANCH_MISSING', `${url} has no ${describeTracked(tracked)}`);
  }

  async read(commit: string): Promise<Snapshot> {
    const location = await this.#locate(commit, this.#startDeadline());
    return await this.#forgetOnError(this.#reader.read(location, commit));
  }

  async inspect(commit: string): Promise<Commit> {
    return await this.#inspect(commit, this.#startDeadline());
  }

  async compare(commit: string, live: string): Promise<Advance> {
    if (commit === live) return { relation: 'same', commits: [] };
    const signal = this.#startDeadline();
    const tip = await this.#inspect(commit, signal);
    if (tip.parents.length === 1 && tip.parents[0] === live)
      return { relation: 'fast-forward', commits: [tip] };
    try {
      const fetch = async (stretch: Stretch) => await this.#fetchHistory(stretch, signal);
      return await compareHistories(fetch, commit, live);
    } catch (error) {
      if (!isTooLarge(error) && !(error instanceof ServerRefused)) throw error;
      return { relation: 'unknown', commits: [] };
    }
  }

  async #inspect(commit: string, signal: AbortSignal): Promise<Commit> {
    const location = await this.#locate(commit, signal);
    return await this.#forgetOnError(this.#reader.inspect(location, commit));
  }

  /** The server may give next time what it did not give this time. */
  async #forgetOnError<T>(reading: Promise<T>): Promise<T> {
    try {
      return await reading;
    } catch (error) {
      this.#kept = null;
      throw error;
    }
  }

  async #locate(commit: string, signal: AbortSignal): Promise<StoreLocation> {
    if (this.#kept?.commit !== commit) {
      this.#kept = null; // two commits at once would need twice the memory
      this.#kept = { commit, location: await this.#fetchCommit(commit, signal).catch(this.#tellAbsence) };
    }
    return this.#kept.location;
  }

  /** A single commit is not probed, so that it shows only here that it is not there. */
  readonly #tellAbsence = (error: unknown): never => {
    const { url, tracked } = this.#options;
    if (tracked.kind !== 'commit' || !(error instanceof ServerRefused) || !ABSENT.test(error.message))
      throw error;
    const message = `${url} has no ${describeTracked(tracked)}`;
    throw new ReconcileError('SOURCE_BRANCH_MISSING', message, { cause: error });
  };

  /**
   * Most servers can leave out large files, and the picture in `docs` is none of our business. To know which can costs
   * a request, so the first one that is too large has to come first.
   */
  async #fetchCommit(commit: string, signal: AbortSignal): Promise<StoreLocation> {
    const [wanted, gitdir] = [{ want: [commit], have: [], depth: 1 }, this.#options.url];
    try {
      if (!this.#isLarge) return { gitdir, objects: await this.#fetch({ ...wanted, filter: null }, signal) };
    } catch (error) {
      if (!isTooLarge(error) || !(await this.#server.canFilter(signal))) throw error;
      this.#isLarge = true;
    }
    const blobLimit = this.#options.limits.fileBytes;
    const filter = `blob:limit=${blobLimit + 1}`; // those that have so many bytes are left out
    return { gitdir, objects: await this.#fetch({ ...wanted, filter }, signal), blobLimit };
  }

  async #fetchHistory({ of, without, depth }: Stretch, signal: AbortSignal) {
    const filter = (await this.#server.canFilter(signal)) ? 'tree:0' : null;
    const objects = await this.#fetch({ want: [of], have: without, depth, filter }, signal);
    try {
      const commits = [...objects].filter(([, { type }]) => type === 'commit');
      return new Map(commits.map(([oid, { bytes }]) => [oid, parseCommit(oid, bytes)]));
    } catch (error) {
      const message = `the history of ${of} at ${this.#options.url} is damaged: ${describe(error)}`;
      throw new ReconcileError('SOURCE_DAMAGED', message, { cause: error });
    }
  }

  async #fetch(wanted: Wanted, signal: AbortSignal): Promise<Objects> {
    const { fileBytes, packBytes } = this.#options.limits;
    const pack = await this.#server.fetchPack(wanted, signal);
    return readPack(pack, {
      objectBytes: Math.max(fileBytes, 16 * MIB),
      totalBytes: Math.max(packBytes, 64 * MIB),
    });
  }

  #startDeadline(): AbortSignal {
    return AbortSignal.timeout(this.#options.limits.fetchMs);
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof ReconcileError && error.code === 'SOURCE_TOO_LARGE';
}
