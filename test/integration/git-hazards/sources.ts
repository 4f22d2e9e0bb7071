import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, onTestFinished, test, vi } from 'vitest';
import type { Access, FetchLimits } from '../../../src/adapters/git/access.ts';
import { localRepoSource } from '../../../src/adapters/git/local.ts';
import { mirrorSource } from '../../../src/adapters/git/mirror/mirror.ts';
import { httpSnapshotSource } from '../../../src/adapters/git/snapshot/http-snapshot.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import type { Tracked } from '../../../src/core/git/tracked.ts';
import type { GitSource } from '../../../src/ports.ts';
import type { GitHttpBehaviour } from '../../helpers/git-http-server.ts';
import { hasGitHttp } from '../../helpers/git-http-server.ts';
import type { Place, Served, ServedByHttp, ServedBySsh } from '../../helpers/git-places.ts';
import { placeInFileUrl, placeOnDisk, placeOnHttp, placeOnSsh } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { hasSshd } from '../../helpers/ssh-server.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

/** A source of one implementation and one way to the repository. */
export type Kind = keyof PlaceOf;

const NAMES: Readonly<Record<Kind, string>> = {
  path: 'a repository on this host',
  file: 'a mirror of a file URL',
  ssh: 'a mirror over ssh',
  http: 'a mirror over http',
  snapshot: 'a snapshot over http',
};

export const EVERY = ['path', 'file', 'ssh', 'http', 'snapshot'] as const;
export const ON_THIS_HOST = ['path', 'file'] as const;
export const MIRRORS = ['file', 'ssh', 'http'] as const;
/** A git of the server stands between. */
export const FETCHED = ['file', 'ssh', 'http', 'snapshot'] as const;
/** Reached by a connection. */
export const SERVED = ['ssh', 'http', 'snapshot'] as const;
export const OVER_HTTP = ['http', 'snapshot'] as const;

export function isOneOf(kinds: readonly Kind[], kind: Kind): boolean {
  return kinds.includes(kind);
}

const IS_THERE: Readonly<Record<Kind, boolean>> = {
  path: true,
  file: true,
  ssh: hasSshd,
  http: hasGitHttp,
  snapshot: hasGitHttp,
};

/** One test for each kind of source that a hazard can touch, all under the name of the hazard. */
export function hazard<K extends Kind>(
  name: string,
  kinds: readonly K[],
  check: (kind: K) => Promise<void>,
): void {
  describe(name, () => {
    for (const kind of kinds) test.skipIf(!IS_THERE[kind])(NAMES[kind], async () => await check(kind));
  });
}

const LIMITS: FetchLimits = { ...SNAPSHOT_LIMITS, packBytes: 64 * 1024 * 1024, fetchMs: 30_000 };

export const MAIN: Tracked = { kind: 'branch', name: 'main' };

export const content = { 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': 'A: 1\n' };
export const newer = { ...content, 'env/common.yaml': 'A: 2\n' };

/** What each kind of source reads from. */
interface PlaceOf {
  readonly path: Place;
  readonly file: Place;
  readonly ssh: ServedBySsh;
  readonly http: ServedByHttp;
  readonly snapshot: ServedByHttp;
}

const PLACES: {
  readonly [K in Kind]: (gitdir: string, behaviour?: GitHttpBehaviour) => Promise<PlaceOf[K]>;
} = {
  path: placeOnDisk,
  file: placeInFileUrl,
  ssh: placeOnSsh,
  http: placeOnHttp,
  snapshot: placeOnHttp,
};

/** Makes a repository, given by its git directory or work tree, reachable in one way, until the test ends. */
export async function serve<K extends Kind>(
  kind: K,
  path: string,
  behaviour: GitHttpBehaviour = {},
): Promise<PlaceOf[K] & { readonly kind: K }> {
  return { ...(await PLACES[kind](path, behaviour)), kind };
}

/** The same place seen through another port of the loopback. */
export function through<P extends Served>(place: P, port: number): P {
  return { ...place, ...place.through(port) };
}

export interface Changes {
  readonly tracked?: Tracked;
  readonly access?: Partial<Access>;
  readonly limits?: Partial<FetchLimits>;
  readonly clone?: string;
}

/** A source of a place; of the branch main and with wide limits, unless told otherwise. */
export function openAt(
  { kind, url, access }: Pick<Place, 'url' | 'access'> & { readonly kind: Kind },
  changes: Changes = {},
): GitSource {
  const tracked = changes.tracked ?? MAIN;
  const limits = { ...LIMITS, ...changes.limits };
  const options = { url, tracked, limits, access: { ...access, ...changes.access } };
  if (kind === 'path') return localRepoSource({ ...options, path: url });
  if (kind === 'snapshot') return httpSnapshotSource(options);
  return mirrorSource({ ...options, clone: changes.clone ?? freshClone() });
}

/** Serves and opens in one step. */
export async function openSource(kind: Kind, path: string, changes: Changes = {}): Promise<GitSource> {
  return openAt(await serve(kind, path), changes);
}

/** What is to be live now, with its files as text. */
export async function take(source: GitSource) {
  const commit = await source.probe();
  const { files, rejected } = await source.read(commit);
  const texts = [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()] as const);
  return { commit, files: Object.fromEntries(texts), rejected };
}

/** A file that whoever is not to be run would make, and a command that makes it. */
export function makeMarker() {
  const file = join(temporaryDirectory(), 'marker');
  return { file, command: `touch ${file}` };
}

/** With one commit. */
export function makeRepository() {
  const repository = new GitRepository();
  return { repository, commit: repository.commit(content) };
}

/** A file for us alone. Gives its path. */
export function writeFile(text: string): string {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** A path for a clone in a directory that is ours alone. */
export function freshClone(): string {
  return join(temporaryDirectory(), 'state', 'clone');
}

/** Puts variables into our own environment until the test ends. */
export function setEnvironment(variables: Readonly<Record<string, string>>): void {
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
}
