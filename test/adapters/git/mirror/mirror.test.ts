import { randomBytes } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Relation } from '../../../../src/core/git/commit.ts';
import type { Tracked } from '../../../../src/core/git/tracked.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';
import { LIMITS, openMirror, take } from './open-mirror.ts';

const content = { 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': 'A: 1\n' };
const newer = { ...content, 'env/common.yaml': 'A: 2\n' };

const urlOf = (repository: GitRepository) => `file://${repository.path}`;

/** Twenty files, and a value that is another one in each. */
function manyFiles(round: number, count = 20): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`env/hosts/h${i}.yaml`, `A: ${i === 0 ? round : i}\n`]),
  );
}

describe('what is tracked is fetched', () => {
  test('and each new commit after it', async () => {
    const repository = new GitRepository();
    const { source } = openMirror(urlOf(repository));
    for (const files of [content, newer, content]) {
      const commit = repository.commit(files);
      expect(await take(source)).toEqual({ commit, files });
      expect(await source.inspect(commit)).toMatchObject({ oid: commit });
    }
  });

  test('a tag of either kind, also one that moves', async () => {
    const repository = new GitRepository();
    const { source } = openMirror(urlOf(repository), { tracked: { kind: 'tag', name: 'live' } });
    const first = repository.commit(content);
    repository.git('tag', '-a', '-m', 'a', 'live');
    expect(await take(source)).toEqual({ commit: first, files: content });
    const second = repository.commit(newer);
    repository.git('tag', '-f', 'live');
    expect(await take(source)).toEqual({ commit: second, files: newer });
    repository.git('tag', '-f', '-a', '-m', 'b', 'live', first);
    expect(await take(source)).toEqual({ commit: first, files: content });
  });

  test('one commit, and once it is here the server is not asked again', async () => {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    repository.commit(newer);
    const { source } = openMirror(urlOf(repository), { tracked: { kind: 'commit', name: commit } });
    expect(await take(source)).toEqual({ commit, files: content });
    repository.git('update-ref', '-d', 'HEAD');
    expect(await take(source)).toEqual({ commit, files: content });
  });

  test('a ref by its full name, and a branch that begins like another one', async () => {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    repository.git('branch', 'main2');
    repository.git('update-ref', 'refs/environments/func', commit);
    for (const name of ['main', 'main2', 'refs/environments/func'])
      expect(await openMirror(urlOf(repository), { tracked: { kind: 'branch', name } }).source.probe()).toBe(
        commit,
      );
  });

  test('and the clone of one tracked thing serves another one', async () => {
    const repository = new GitRepository();
    const first = repository.commit(content);
    const { source, clone } = openMirror(urlOf(repository));
    expect(await source.probe()).toBe(first);
    repository.git('branch', 'other', first);
    const second = repository.commit(newer);
    const other = openMirror(urlOf(repository), { clone, tracked: { kind: 'branch', name: 'other' } });
    expect(await other.source.probe()).toBe(first);
    expect(await source.probe()).toBe(second);
  });
});

describe('what is not there is told', () => {
  test.each<[string, Tracked]>([
    ['a branch', { kind: 'branch', name: 'gone' }],
    ['a tag', { kind: 'tag', name: 'gone' }],
    ['a commit', { kind: 'commit', name: '1'.repeat(40) }],
  ])('%s', async (_what, tracked) => {
    const repository = new GitRepository();
    repository.commit(content);
    const { source } = openMirror(urlOf(repository), { tracked });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
  });

  test('an empty repository, a branch that was deleted, and no repository at all', async () => {
    const repository = new GitRepository();
    const { source } = openMirror(urlOf(repository));
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
    repository.commit(content);
    await source.probe();
    repository.git('update-ref', '-d', 'refs/heads/main');
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_BRANCH_MISSING' });
    const nowhere = openMirror('file:///nowhere/env.git').source.probe();
    await expect(nowhere).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  test('git itself', async () => {
    const repository = new GitRepository();
    repository.commit(content);
    const { source } = openMirror(urlOf(repository), { searchPath: temporaryDirectory() });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await expect(source.probe()).rejects.toThrow('git is not installed; install it or');
  });
});

describe('how a commit relates to a live one', () => {
  /** Moves main by `move` and compares it with the commit that was the tip before. */
  async function compareAfter(move: (repository: GitRepository) => void, live?: string) {
    const repository = new GitRepository();
    for (let round = 0; round < 5; round++) repository.commit(manyFiles(round));
    const { source } = openMirror(urlOf(repository));
    const before = await source.probe();
    move(repository);
    const { relation, commits } = await source.compare(await source.probe(), live ?? before);
    return { relation, commits: commits?.length };
  }

  test.each<[string, Relation, number, (repository: GitRepository) => void]>([
    ['nothing new', 'same', 0, () => {}],
    ['one commit', 'fast-forward', 1, (repository) => repository.commit(content)],
    [
      'a merge of a branch that began before the first fetch',
      'fast-forward',
      3,
      (repository) => {
        repository.git('switch', '-q', '-c', 'side', 'HEAD~2');
        repository.commit({ 'env/side': '1' });
        repository.commit({ 'env/side': '2' });
        repository.git('switch', '-q', 'main');
        repository.git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
      },
    ],
    [
      'an amended tip',
      'rewritten',
      0,
      (repository) => repository.git('commit', '-q', '--amend', '-m', 'other'),
    ],
    [
      'a branch that was forced back',
      'behind',
      0,
      (repository) => repository.git('reset', '-q', '--hard', 'HEAD~2'),
    ],
    [
      'another history',
      'rewritten',
      0,
      (repository) => {
        repository.git('checkout', '-q', '--orphan', 'new');
        repository.commit(content);
        repository.git('branch', '-f', 'main');
      },
    ],
  ])('%s is told exactly, from a history of one commit', async (_what, relation, commits, move) => {
    expect(await compareAfter(move)).toEqual({ relation, commits });
  });

  test('a live commit that is older than the clone is found in the whole history', async () => {
    const repository = new GitRepository();
    const live = repository.commit(content);
    for (let round = 0; round < 5; round++) repository.commit(manyFiles(round));
    const { source } = openMirror(urlOf(repository));
    const advance = await source.compare(await source.probe(), live);
    expect(advance).toMatchObject({ relation: 'fast-forward' });
    expect(advance.commits).toHaveLength(5);
  });

  test('a live commit that the server does not have any more was rewritten', async () => {
    expect(await compareAfter((repository) => void repository.commit(content), '1'.repeat(40))).toEqual({
      relation: 'rewritten',
      commits: 0,
    });
  });

  test('is unknown only where the history is too large to be taken', async () => {
    const repository = new GitRepository();
    const live = repository.commit(content);
    repository.commit({ 'env/noise': randomBytes(200_000) });
    repository.commit({ 'env/noise': '' });
    const { source } = openMirror(urlOf(repository), { limits: { ...LIMITS, packBytes: 100_000 } });
    expect(await source.compare(await source.probe(), live)).toMatchObject({ relation: 'unknown' });
  });
});

describe('what is read', () => {
  test('is the same through git as without it, for many files', async () => {
    const repository = new GitRepository();
    const files = {
      ...manyFiles(0, 300),
      'env/binary': '\0\r\n\u{1f600}',
      'env/empty': '',
      'env/same': 'A: 1\n',
    };
    const commit = repository.commit({ ...files, 'env/large': 'x'.repeat(LIMITS.fileBytes + 1) });
    const { source } = openMirror(urlOf(repository));
    expect(await source.probe()).toBe(commit);
    const snapshot = await source.read(commit);
    const texts = [...snapshot.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
    expect(Object.fromEntries(texts)).toEqual(files);
    expect(snapshot.rejected).toMatchObject([{ path: 'env/large' }]);
  });
});

describe('what would hurt is refused', () => {
  test('a pack over the limit, and nothing of it stays', async () => {
    const repository = new GitRepository();
    repository.commit(content);
    const { source, clone } = openMirror(urlOf(repository), { limits: { ...LIMITS, packBytes: 100_000 } });
    const before = await source.probe();
    repository.commit({ 'env/noise': randomBytes(400_000) });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' });
    expect(await source.read(before)).toMatchObject({ commit: before });
    repository.git('--git-dir', clone, 'fsck', '--full', '--strict');
    expect(readdirSync(join(clone, 'objects/pack')).filter((name) => name.startsWith('tmp_'))).toEqual([]);
  });

  test.each([
    ['hasDotdot', '..'],
    ['hasDotgit', '.git'],
    ['fullPathname', 'a/b'],
  ])('a tree with %s', async (name, path) => {
    const repository = new GitRepository();
    const blob = repository.writeBlob('x');
    repository.commitTree([`100644 blob ${blob}\t${path}`]);
    const { source } = openMirror(urlOf(repository));
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
    await expect(source.probe()).rejects.toThrow(name);
  });

  test.each(['ext::sh -c "touch owned"', '--upload-pack=touch owned', 'git://127.0.0.1/x'])(
    'the address %s',
    async (url) => {
      await expect(openMirror(url).source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    },
  );
});
