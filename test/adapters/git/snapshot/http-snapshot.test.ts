import { describe, expect, test } from 'vitest';
import { httpSnapshotSource } from '../../../../src/adapters/git/snapshot/http-snapshot.ts';
import { SNAPSHOT_LIMITS } from '../../../../src/adapters/snapshot-rules.ts';
import type { Tracked } from '../../../../src/core/git/tracked.ts';
import type { GitHttpBehaviour } from '../../../helpers/git-http-server.ts';
import { startGitHttp } from '../../../helpers/git-http-server.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';

const content = {
  'reconcile.yaml': 'format: 1\n',
  'env/common.yaml': 'A: 1\n',
  'env/hosts/php-1.yaml': 'B: ü\n',
};
const main = { kind: 'branch', name: 'main' } as const;
const access = {
  username: 'git',
  tokenFile: null,
  caFile: null,
  identityFile: null,
  knownHostsFile: null,
  proxies: {},
};

async function serve(behaviour: GitHttpBehaviour = {}) {
  const repository = new GitRepository();
  const server = await startGitHttp({ root: repository.path, ...behaviour });
  const open = (options: { tracked?: Tracked; access?: object; limits?: object } = {}) =>
    httpSnapshotSource({
      url: server.urlOf('.git'),
      tracked: options.tracked ?? main,
      access: { ...access, ...options.access },
      limits: { ...SNAPSHOT_LIMITS, packBytes: 8e6, fetchMs: 10_000, ...options.limits },
    });
  return { repository, server, open };
}

describe('smoke', () => {
  test('reads', async () => {
    const { repository, server, open } = await serve();
    const commit = repository.commit(content);
    const source = open();
    expect(await source.probe()).toBe(commit);
    const snapshot = await source.read(commit);
    expect([...snapshot.files.keys()].sort()).toEqual(Object.keys(content).sort());
    console.log(server.requests());
  });
});
