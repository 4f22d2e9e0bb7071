import { describe, expect, test } from 'vitest';
import type { Tracked } from '../../../src/core/git/tracked.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import type { Bench } from './bench.ts';
import { expectFailure, openAt, readTip } from './bench.ts';

const content = { 'env/common.yaml': 'A: 1\n', 'reconcile.yaml': 'format: 1\n' };
const changed = (value: number | string) => ({ 'env/common.yaml': `A: ${value}\n` });

/** A repository with one commit, and a source of it. */
async function start(bench: Bench, tracked?: Tracked) {
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const place = await bench.serve(repository.gitdir);
  const source = openAt(bench, place, tracked === undefined ? {} : { tracked });
  return { repository, commit, place, source };
}

/** What is taken in, and when. */
export function trackingContract(bench: Bench): void {
  describe('what is live', () => {
    followsOneBranch(bench);
    takesTheNameAsItIs(bench);
    test('a tag is tracked, of either kind, and when it is moved', async () => {
      for (const annotate of [[], ['-a', '-m', 'signed off']]) {
        const { repository, commit, source } = await start(bench, { kind: 'tag', name: 'v1' });
        repository.git('tag', ...annotate, 'v1');
        const other = repository.commit(changed(2));
        expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
        repository.git('tag', '-f', ...annotate, 'v1', other);
        expect(await readTip(source)).toMatchObject({ commit: other, files: changed(2) });
        repository.git('tag', '-d', 'v1');
        expect(await expectFailure(source.probe(), 'SOURCE_BRANCH_MISSING')).toContain('v1');
      }
    });

    test('one commit is tracked by its name, wherever the branch is', async () => {
      const { repository, commit, place } = await start(bench);
      repository.commit(changed(2));
      const source = openAt(bench, place, { tracked: { kind: 'commit', name: commit } });
      expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
    });

    test('a commit that is not there is a failure, not an empty snapshot', async () => {
      const { source } = await start(bench, { kind: 'commit', name: '1'.repeat(40) });
      const { code } = await failureOf(readTip(source));
      expect(['SOURCE_BRANCH_MISSING', 'SOURCE_DAMAGED']).toContain(code);
    });
  });

  describe('bytes', () => {
    test('are those of the commit, whatever attributes ask for', async () => {
      const { repository, source } = await start(bench);
      const files = {
        'env/.gitattributes': 'a text eol=crlf ident export-subst export-ignore filter=x\n',
        'env/a': '$Format:%H$ $Id$\n',
        'env/b': '\r\n\0\u{feff}',
      };
      repository.commit(files);
      expect((await readTip(source)).files).toMatchObject(files);
    });

    test('are not those of another commit that stands in: refs/replace has no effect', async () => {
      const { repository, commit, source } = await start(bench);
      const evil = repository.commit(changed('evil'));
      repository.git('update-ref', 'refs/heads/main', commit);
      repository.git('replace', commit, evil);
      repository.git('replace', `${commit}:env/common.yaml`, `${evil}:env/common.yaml`);
      expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
    });

    test('are never asked of a repository with sha256 names, which is no empty one', async () => {
      const repository = new GitRepository('--object-format=sha256');
      repository.commit(content);
      const source = openAt(bench, await bench.serve(repository.gitdir));
      await expectFailure(readTip(source), 'SOURCE_UNREACHABLE');
    });
  });

  relationContract(bench);
}

function followsOneBranch(bench: Bench): void {
  test('one source follows its branch: first, unchanged, updated and updated again', async () => {
    const { repository, commit, source } = await start(bench);
    expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
    expect(await source.probe()).toBe(commit);
    expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
    for (const round of [2, 3, 4]) {
      const next = repository.commit({ ...changed(round), [`env/new-${round}`]: '' });
      expect(await source.probe()).toBe(next);
      expect(await readTip(source)).toMatchObject({ commit: next, files: changed(round), rejected: [] });
    }
    expect(Object.keys((await readTip(source)).files)).toHaveLength(5);
  });

  test('a commit that was probed can still be read when the branch has moved on', async () => {
    const { repository, commit, source } = await start(bench);
    expect(await source.probe()).toBe(commit);
    const next = repository.commit(changed(2));
    expect((await source.read(commit)).commit).toBe(commit);
    expect(await source.probe()).toBe(next);
    expect((await source.read(next)).files.get('env/common.yaml')).toEqual(Buffer.from('A: 2\n'));
    expect((await source.read(commit)).files.get('env/common.yaml')).toEqual(Buffer.from('A: 1\n'));
  });

  test('calls at the same time do not disturb each other', async () => {
    const { repository, commit, source } = await start(bench);
    expect(await Promise.all([source.probe(), source.probe(), readTip(source)])).toMatchObject([
      commit,
      commit,
      { commit },
    ]);
    const next = repository.commit(changed(2));
    const tips = await Promise.all([readTip(source), source.probe(), readTip(source)]);
    expect(tips).toMatchObject([{ files: changed(2) }, next, { files: changed(2) }]);
  });
}

function takesTheNameAsItIs(bench: Bench): void {
  test('a branch is missing when it is deleted, and is back when it is', async () => {
    const { repository, commit, source } = await start(bench);
    expect(await source.probe()).toBe(commit);
    repository.git('update-ref', '-d', 'refs/heads/main');
    expect(await expectFailure(source.probe(), 'SOURCE_BRANCH_MISSING')).toContain('main');
    repository.git('update-ref', 'refs/heads/main/below', commit);
    expect(await expectFailure(source.probe(), 'SOURCE_BRANCH_MISSING')).toContain('main');
    repository.git('update-ref', '-d', 'refs/heads/main/below');
    repository.git('update-ref', 'refs/heads/main', commit);
    expect(await readTip(source)).toMatchObject({ commit, files: content });
  });

  test('a branch is missing in an empty repository, until there is a first commit', async () => {
    const repository = new GitRepository();
    const source = openAt(bench, await bench.serve(repository.gitdir));
    expect(await expectFailure(source.probe(), 'SOURCE_BRANCH_MISSING')).toContain('main');
    const commit = repository.commit(content);
    expect(await readTip(source)).toMatchObject({ commit, files: content });
  });

  test('a branch is read where the HEAD of the server names one that does not exist', async () => {
    const { repository, commit, source } = await start(bench);
    repository.git('symbolic-ref', 'HEAD', 'refs/heads/master');
    expect(await readTip(source)).toMatchObject({ commit, files: content });
  });

  test('a branch is not taken for another one that begins or is called alike', async () => {
    const { repository, commit, source } = await start(bench);
    const other = repository.commit(changed(2));
    for (const ref of ['heads/main2', 'heads/a/main', 'tags/main', 'heads/refs/heads/main', 'notes/main'])
      repository.git('update-ref', `refs/${ref}`, other);
    repository.git('update-ref', 'refs/heads/main', commit);
    expect(await readTip(source)).toMatchObject({ commit, files: content });
    repository.git('update-ref', '-d', 'refs/heads/main');
    await expectFailure(source.probe(), 'SOURCE_BRANCH_MISSING');
  });

  test('a repository that is not there is unreachable, not empty', async () => {
    const { place } = await start(bench);
    const source = openAt(bench, { ...place, url: `${place.url}-elsewhere` });
    await expectFailure(source.probe(), 'SOURCE_UNREACHABLE');
  });
}

/** How commits relate: the truth, or `unknown` where the source need not have the history. */
function relationContract(bench: Bench): void {
  const known = (relation: string) =>
    bench.history === 'whole' ? relation : expect.toBeOneOf([relation, 'unknown']);

  describe('a commit', () => {
    test('is inspected with its parents and its date', async () => {
      const { repository, commit, source } = await start(bench);
      const next = repository.commit(changed(2));
      expect(await source.probe()).toBe(next);
      expect(await source.inspect(next)).toMatchObject({
        oid: next,
        parents: [commit],
        tree: repository.git('rev-parse', 'HEAD^{tree}'),
        committedAt: Number(repository.git('log', '-1', '--format=%ct')),
        signature: null,
      });
    });

    test('that follows is a fast-forward, with all that is new', async () => {
      const { repository, commit, source } = await start(bench);
      await readTip(source);
      const second = repository.commit(changed(2));
      const third = repository.commit(changed(3));
      await readTip(source);
      const advance = await source.compare(third, commit);
      expect(advance.relation).toEqual(known('fast-forward'));
      if (advance.relation === 'fast-forward')
        expect(advance.commits?.map(({ oid }) => oid)).toEqual([third, second]);
      expect(await source.compare(third, third)).toEqual({ relation: 'same', commits: [] });
    });

    test('that takes another one back by force is behind, and can be read', async () => {
      const { repository, commit, source } = await start(bench);
      const next = repository.commit(changed(2));
      await readTip(source);
      repository.git('update-ref', 'refs/heads/main', commit);
      expect(await readTip(source)).toEqual({ commit, files: content, rejected: [] });
      expect((await source.compare(commit, next)).relation).toEqual(known('behind'));
    });

    test('that takes its place by force is rewritten, and can be read', async () => {
      const { repository, source } = await start(bench);
      const live = repository.commit(changed(2));
      await readTip(source);
      repository.git('commit', '-q', '--amend', '-m', 'amended');
      const next = repository.commit(changed(3));
      expect(await readTip(source)).toMatchObject({ commit: next, files: changed(3) });
      expect((await source.compare(next, live)).relation).toEqual(known('rewritten'));
    });

    test('is no fast-forward of one that the server has no more', async () => {
      const { repository, source } = await start(bench);
      const tree = repository.writeTree([]);
      const next = repository.git('commit-tree', '-m', 'a new beginning', tree);
      repository.git('update-ref', 'refs/heads/main', next);
      repository.git('reflog', 'expire', '--expire=now', '--all');
      repository.git('gc', '-q', '--prune=now');
      expect(await readTip(source)).toMatchObject({ commit: next, files: {} });
      expect((await source.compare(next, '2'.repeat(40))).relation).toEqual(known('rewritten'));
    });
  });
}
