import { expect } from 'vitest';
import type { Access, FetchLimits } from '../../../src/adapters/git/access.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import type { Tracked } from '../../../src/core/git/tracked.ts';
import type { GitSource } from '../../../src/ports.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import type { Place } from '../../helpers/git-places.ts';

/** What every source of a server is made of. */
export interface SourceOptions {
  readonly url: string;
  readonly tracked: Tracked;
  readonly access: Access;
  readonly limits: FetchLimits;
}

/** One implementation of the port at one kind of place. */
export interface Bench {
  /** Its file below src/, from where a process of its own loads it. */
  readonly module: string;
  readonly factory: string;
  /** What the factory gets: nothing of what former sources have stored. */
  toOptions(options: SourceOptions): unknown;
  open(options: SourceOptions): GitSource;
  /** Makes a place of a repository, given by its git directory. */
  serve(gitdir: string): Promise<Place>;
  /** `tip`: it need not have what came before, and may call a relation unknown. */
  readonly history: 'whole' | 'tip';
}

/** Ties a factory to a kind of place, in a way that another process can call it too. */
export function makeBench<Options, Serves extends Bench['serve']>(
  factory: (options: Options) => GitSource,
  {
    toOptions,
    ...rest
  }: Omit<Bench, 'factory' | 'open' | 'toOptions' | 'serve'> & {
    toOptions(options: SourceOptions): Options;
    readonly serve: Serves;
  },
): Bench & { readonly serve: Serves } {
  return { ...rest, factory: factory.name, toOptions, open: (options) => factory(toOptions(options)) };
}

export const LIMITS: FetchLimits = { ...SNAPSHOT_LIMITS, packBytes: 64 * 1024 * 1024, fetchMs: 30_000 };

export const MAIN: Tracked = { kind: 'branch', name: 'main' };

/** A source of a place; by default of the branch main, with limits that no small repository reaches. */
export function openAt(
  bench: Bench,
  { url, access }: Pick<Place, 'url' | 'access'>,
  {
    tracked = MAIN,
    limits = {},
  }: { readonly tracked?: Tracked; readonly limits?: Partial<FetchLimits> } = {},
): GitSource {
  return bench.open({ url, access, tracked, limits: { ...LIMITS, ...limits } });
}

/** What is to be live now, with its files as text. */
export async function readTip(source: GitSource) {
  const commit = await source.probe();
  const snapshot = await source.read(commit);
  const files = [...snapshot.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()] as const);
  return { commit: snapshot.commit, files: Object.fromEntries(files), rejected: snapshot.rejected };
}

/** One with this code; gives its message. */
export async function expectFailure(work: Promise<unknown>, code: string): Promise<string> {
  const failure = await failureOf(work);
  expect(failure).toMatchObject({ code });
  return failure.message;
}
