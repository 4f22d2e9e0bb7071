import { test } from 'vitest';
import { httpSnapshotSource } from '../src/adapters/git/snapshot/http-snapshot.ts';
import type { GitHttpRequest, GitHttpServer } from '../test/helpers/git-http-server.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import { NO_ACCESS } from '../test/helpers/git-places.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';
import { waitFor } from '../test/helpers/wait-for.ts';
import { GitStore } from './git-store.ts';
import { LIMITS, TRACKED } from './open-mirror.ts';
import { judge } from './targets.ts';

test('what a probe costs on the wire where the server has 10,000 branches', async () => {
  const root = temporaryDirectory();
  const store = new GitStore(root, { name: 'branches', files: 20, commits: 20 });
  store.addBranches(10_000);
  const http = await startGitHttp({ root });
  const url = http.urlOf('branches.git');
  const source = httpSnapshotSource({ url, tracked: TRACKED, access: NO_ACCESS, limits: LIMITS });
  await source.probe();
  const requests = await requestsOf(http, async () => void (await source.probe()));
  const bytes = requests.reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  judge([
    { what: '10,000 branches, no-op, http: round trips', value: requests.length, limit: 1, unit: '' },
    { what: '10,000 branches, no-op, http: bytes down', value: bytes, limit: 500, unit: 'bytes' },
  ]);
});

/** nginx writes a line after its answer, one after the other: what was asked stands between two marks of our own. */
async function requestsOf(http: GitHttpServer, ask: () => Promise<void>): Promise<readonly GitHttpRequest[]> {
  await mark(http, 'before');
  await ask();
  await mark(http, 'after');
  const lines = http.requests();
  return lines.slice(lines.findIndex(isMark('before')) + 1, lines.findIndex(isMark('after')));
}

async function mark(http: GitHttpServer, name: string): Promise<void> {
  await fetch(http.urlOf(name));
  await waitFor(`${name} in the log of nginx`, () => http.requests().some(isMark(name)));
}

function isMark(name: string): (request: GitHttpRequest) => boolean {
  return ({ path }) => path === `/${name}`;
}
