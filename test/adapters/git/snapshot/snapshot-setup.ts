import { expect } from 'vitest';
import { httpSnapshotSource } from '../../../../src/adapters/git/snapshot/http-snapshot.ts';
import { SNAPSHOT_LIMITS } from '../../../../src/adapters/snapshot-rules.ts';
import type { Tracked } from '../../../../src/core/git/tracked.ts';
import type { GitHttpBehaviour, GitHttpServer } from '../../../helpers/git-http-server.ts';
import { startGitHttp } from '../../../helpers/git-http-server.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { waitFor } from '../../../helpers/wait-for.ts';

export const content = {
  'reconcile.yaml': 'format: 1\n',
  'env/common.yaml': 'A: 1\n',
  'env/hosts/php-1.yaml': 'B: ü\n',
};

export interface Changes {
  readonly tracked?: Tracked;
  readonly access?: object;
  readonly limits?: object;
}

/** A source of a repository at this URL, as hosts have it but for what is changed. */
export function openAt(url: string, { tracked, access, limits }: Changes = {}) {
  const nothing = { tokenFile: null, caFile: null, identityFile: null, knownHostsFile: null, keptSeconds: 0 };
  return httpSnapshotSource({
    url,
    tracked: tracked ?? { kind: 'branch', name: 'main' },
    access: { username: 'git', ...nothing, proxies: {}, ...access },
    limits: { ...SNAPSHOT_LIMITS, packBytes: 8e6, fetchMs: 20_000, ...limits },
  });
}

/** An empty repository, served at `url` by nginx and git-http-backend(1). */
export async function serveRepository(behaviour: GitHttpBehaviour = {}) {
  const repository = new GitRepository();
  const server = await startGitHttp({ root: repository.path, ...behaviour });
  const url = server.urlOf('.git');
  return { repository, server, url, open: (changes: Changes = {}) => openAt(url, changes) };
}

/** What was asked of the server, exactly so many requests; nginx logs a request after the client has its answer. */
export async function loggedRequests({ requests }: Pick<GitHttpServer, 'requests'>, count: number) {
  await waitFor('nginx to log', () => requests().length >= count);
  expect(requests()).toHaveLength(count);
  return requests();
}

/** The files of a commit as text. */
export async function readText(source: ReturnType<typeof openAt>, commit: string) {
  const { files } = await source.read(commit);
  return Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
}
