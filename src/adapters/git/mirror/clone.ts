import { lstatSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ReconcileError } from '../../../core/errors.ts';
import type { Tracked } from '../../../core/git/tracked.ts';
import { describeTracked, refOf } from '../../../core/git/tracked.ts';
import type { Release } from '../../../ports.ts';
import { describe, errnoOf } from '../../errno.ts';
import { flockLock } from '../../lock.ts';
import { readRef } from '../ref.ts';
import { CANDIDATE, findFault, makeClone, removeTree, sweepClone, writeTools } from './clone-directory.ts';
import type { Server } from './clone-git.ts';
import { fetchInto, tidyClone } from './clone-git.ts';
import type { GitFailure } from './git-failure.ts';
import { redactUrls } from './git-failure.ts';

export interface CloneOptions extends Server {
  readonly tracked: Tracked;
  /** Where the clone stands or shall stand; `<path>.lock`, `<path>.fresh` and `<path>.old` are taken too. */
  readonly path: string;
}

const LOCK_PAUSE_MS = 50;

/**
 * A bare clone that is a cache: whatever is wrong with it, a fresh one is fetched in the same call and takes its place.
 * Of several processes one at a time changes it.
 *
 * All throw what `GitSource.probe` throws, CONFIG_INVALID for files of the access, SOURCE_TOO_LARGE, SOURCE_DAMAGED for
 * objects that git refuses, and STATE_UNUSABLE where nothing can be written.
 */
export class Clone {
  readonly #options: CloneOptions;
  readonly #from: string;

  constructor(options: CloneOptions) {
    this.#options = options;
    this.#from = refOf(options.tracked) ?? options.tracked.name;
  }

  /** What was fetched last; null: nothing, or the clone is damaged. */
  tip(): string | null {
    const { path } = this.#options;
    return findFault(path) === null ? readRef(path, CANDIDATE) : null;
  }

  /** Brings in what is tracked. Gives its object, 40 hex digits. */
  async update(): Promise<string> {
    return await this.#alone(async () => (await this.#fetch()) ?? (await this.#renew()));
  }

  /** Begins anew, because an object cannot be read, and brings that commit in again if the server still has it. */
  async restore(commit: string): Promise<void> {
    await this.#alone(async () => {
      if ((await this.#renew()) === commit) return;
      // Where the server refuses it, reading the commit says what is missing.
      await fetchInto(this.#options.path, this.#options, { from: commit, reach: 'new' });
    });
  }

  /** Brings in the whole history. False: it is here already, or it is too large to be. */
  async deepen(): Promise<boolean> {
    return await this.#alone(async () => {
      const { path } = this.#options;
      if (lstatSync(join(path, 'shallow'), { throwIfNoEntry: false }) === undefined) return false;
      const failure = await fetchInto(path, this.#options, { from: this.#from, reach: 'whole' });
      if (failure?.code === 'SOURCE_TOO_LARGE') return false;
      if (failure !== null) throw this.#error(failure);
      return true;
    });
  }

  /** Null: the clone is not sound, and only a fresh one tells whether that is all. */
  async #fetch(): Promise<string | null> {
    const { path } = this.#options;
    if (findFault(path) !== null) return null;
    sweepClone(path);
    writeTools(path);
    const failure = await fetchInto(path, this.#options, { from: this.#from, reach: 'new' });
    // What git refused may lie behind the tip, and be taken back by now: the tip alone tells.
    const mayHelp = failure?.suspectsClone === true || failure?.code === 'SOURCE_DAMAGED';
    if (failure !== null && !mayHelp) throw this.#error(failure);
    const isSound = failure === null && (await tidyClone(path, this.#options));
    return isSound ? this.tip() : null;
  }

  /**
   * The old one stays until the fresh one is whole. One commit is a beginning from which a fast-forward is seen: what
   * follows comes with its history.
   */
  async #renew(): Promise<string> {
    const { path } = this.#options;
    const [fresh, old] = [`${path}.fresh`, `${path}.old`];
    makeClone(fresh);
    const failure = await fetchInto(fresh, this.#options, { from: this.#from, reach: 'tip' });
    if (failure !== null) {
      removeTree(fresh);
      throw this.#error(failure);
    }
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) renameSync(path, old);
    renameSync(fresh, path);
    removeTree(old);
    const tip = this.tip();
    if (tip !== null) return tip;
    throw this.#error({ code: 'SOURCE_DAMAGED', why: 'git fetched nothing', suspectsClone: false });
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    const { path } = this.#options;
    const release = await this.#lock();
    try {
      for (const left of [`${path}.fresh`, `${path}.old`]) removeTree(left);
      return await work();
    } catch (error) {
      if (errnoOf(error) === null) throw error;
      throw new ReconcileError('STATE_UNUSABLE', `cannot keep a clone at ${path}: ${describe(error)}`, {
        cause: error,
      });
    } finally {
      release();
    }
  }

  async #lock(): Promise<Release> {
    const { path, limits } = this.#options;
    const lock = flockLock(`${path}.lock`);
    const overdue = AbortSignal.timeout(limits.fetchMs);
    for (let release = lock.acquire(); ; release = lock.acquire()) {
      if (release !== null) return release;
      if (overdue.aborted) break;
      await sleep(LOCK_PAUSE_MS);
    }
    const why = `another process has been at work on the clone ${path} for ${limits.fetchMs} ms`;
    throw this.#error({ code: 'SOURCE_UNREACHABLE', why, suspectsClone: false });
  }

  #error({ code, why }: GitFailure): ReconcileError {
    const { url, tracked } = this.#options;
    const where = `${describeTracked(tracked)} from ${redactUrls(url)}`;
    return new ReconcileError(code, `cannot fetch ${where}: ${why}`);
  }
}
