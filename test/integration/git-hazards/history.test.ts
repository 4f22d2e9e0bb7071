import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import type { Kind } from './sources.ts';
import {
  content,
  EVERY,
  freshClone,
  hazard,
  isOneOf,
  MIRRORS,
  newer,
  openAt,
  openSource,
  serve,
  take,
} from './sources.ts';

const numbered = (n: number) => ({ ...content, 'env/common.yaml': `A: ${n}\n` });

/** A repository of so many commits, and a source that has seen the tip. */
async function start(kind: Kind, commits: number) {
  const repository = new GitRepository();
  for (let n = 0; n < commits; n++) repository.commit(numbered(n));
  const clone = freshClone();
  const source = openAt(await serve(kind, repository.gitdir), { clone });
  const { commit: live } = await take(source);
  return { repository, clone, source, live };
}

hazard('fast-forward of several commits from a history of one', EVERY, async (kind) => {
  const { repository, clone, source, live } = await start(kind, 5);
  if (isOneOf(MIRRORS, kind)) expect(existsSync(join(clone, 'shallow'))).toBe(true);
  for (let round = 0; round < 3; round++) {
    const before = await source.probe();
    const commits = [repository.commit(numbered(10 + round)), repository.commit(numbered(20 + round))];
    const { commit } = await take(source);
    const advance = await source.compare(commit, before);
    expect(advance.relation).toBe('fast-forward');
    expect(advance.commits?.map(({ oid }) => oid).sort()).toEqual(commits.sort());
  }
  expect((await source.compare(await source.probe(), live)).commits).toHaveLength(6);
});

hazard('amended tip', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 3);
  repository.git('commit', '-q', '--amend', '-m', 'amended');
  expect(await source.compare(await source.probe(), live)).toEqual({ relation: 'rewritten', commits: [] });
});

hazard('branch that was forced back', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 3);
  repository.git('reset', '-q', '--hard', 'HEAD~2');
  expect(await source.compare(await source.probe(), live)).toEqual({ relation: 'behind', commits: [] });
});

hazard('whole history replaced', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 3);
  repository.git('checkout', '-q', '--orphan', 'new');
  repository.commit(newer);
  repository.git('branch', '-q', '-f', 'main');
  const { commit, files } = await take(source);
  expect(files).toEqual(newer);
  expect(await source.compare(commit, live)).toEqual({ relation: 'rewritten', commits: [] });
});

hazard('history rewritten below the end of what was fetched', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 6);
  let tip = repository.git('commit-tree', '-m', 'another beginning', 'main~5^{tree}');
  for (const n of [4, 3, 2, 1, 0])
    tip = repository.git('commit-tree', '-m', 'again', '-p', tip, `main~${n}^{tree}`);
  repository.git('update-ref', 'refs/heads/main', tip);
  expect(await source.compare(await source.probe(), live)).toEqual({ relation: 'rewritten', commits: [] });
});

hazard('live commit that the server has no more', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 2);
  repository.git('checkout', '-q', '--orphan', 'new');
  repository.commit(newer);
  repository.git('branch', '-q', '-f', 'main');
  repository.git('reflog', 'expire', '--expire=now', '--all');
  repository.git('gc', '-q', '--prune=now');
  const { relation } = await source.compare(await source.probe(), live);
  // A history that ends somewhere cannot prove it; either is refused.
  expect(relation).toBeOneOf(kind === 'path' ? ['rewritten'] : ['rewritten', 'unknown']);
});

hazard('unrelated history of many commits is told in time', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 1);
  const stream = Array.from(
    { length: 2_000 },
    (_, n) => `commit refs/heads/main\ncommitter T <t@example.com> ${1_700_000_000 + n} +0000\ndata 1\nx\n`,
  );
  repository.git('update-ref', '-d', 'refs/heads/main');
  execFileSync('git', ['fast-import', '--quiet', '--force'], {
    cwd: repository.path,
    input: stream.join(''),
  });
  const started = performance.now();
  const { relation } = await source.compare(await source.probe(), live);
  expect(relation).toBe('rewritten');
  expect(performance.now() - started).toBeLessThan(20_000);
});

hazard('deleted branch', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 1);
  repository.git('update-ref', '-d', 'refs/heads/main');
  expect(await failureOf(source.probe())).toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
  if (kind !== 'snapshot') expect(await source.read(live)).toMatchObject({ commit: live });
  repository.git('update-ref', 'refs/heads/main', live);
  expect(await take(source)).toMatchObject({ commit: live });
});

hazard('empty repository', EVERY, async (kind) => {
  const repository = new GitRepository();
  const source = await openSource(kind, repository.gitdir);
  expect(await failureOf(source.probe())).toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
  const commit = repository.commit(content);
  expect(await take(source)).toMatchObject({ commit, files: content });
});

hazard('default branch of the server changed', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 1);
  repository.git('switch', '-q', '-c', 'staging');
  repository.commit(newer);
  expect(repository.git('symbolic-ref', 'HEAD')).toBe('refs/heads/staging');
  expect(await take(source)).toMatchObject({ commit: live, files: numbered(0) });
});

hazard('branch that became a folder of branches, and back', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 1);
  repository.git('switch', '-q', '--detach');
  repository.git('update-ref', '-d', 'refs/heads/main');
  const below = repository.commit(newer);
  repository.git('update-ref', 'refs/heads/main/x', below);
  expect(await failureOf(source.probe())).toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
  repository.git('update-ref', '-d', 'refs/heads/main/x');
  repository.git('update-ref', 'refs/heads/main', live);
  expect(await take(source)).toMatchObject({ commit: live, files: numbered(0) });
});

hazard('tag beside the branch, moved and named alike', EVERY, async (kind) => {
  const { repository, source, live } = await start(kind, 1);
  const other = repository.commit(newer);
  repository.git('update-ref', 'refs/heads/main', live);
  repository.git('tag', 'main', other);
  expect(await take(source)).toMatchObject({ commit: live });
  repository.git('tag', '-f', 'main', live);
  expect(await take(source)).toMatchObject({ commit: live });
});

hazard('moved tag', EVERY, async (kind) => {
  const { repository, live } = await start(kind, 1);
  const place = await serve(kind, repository.gitdir);
  const source = openAt(place, { tracked: { kind: 'tag', name: 'live' } });
  repository.git('tag', 'live');
  expect(await take(source)).toMatchObject({ commit: live, files: numbered(0) });
  const next = repository.commit(newer);
  repository.git('tag', '-f', '-a', '-m', 'moved', 'live', next);
  expect(await take(source)).toMatchObject({ commit: next, files: newer });
  expect(await source.compare(next, live)).toMatchObject({ relation: 'fast-forward' });
});
