import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../helpers/failure-of.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import type { Bench } from './bench.ts';
import { openAt, readTip } from './bench.ts';

/** Lines of the tree `env`, of a blob and an empty tree. */
type WriteLines = (blob: string, empty: string) => readonly string[];

const good = { 'env/good.yaml': 'A: 1\n' };

/** A commit with a tree that no work tree could hold. */
function commitHostile(repository: GitRepository, lines: WriteLines): string {
  const env = repository.writeTree(lines(repository.writeBlob('evil'), repository.writeTree([])));
  return repository.commitTree([`040000 tree ${env}\tenv`]);
}

/** Either way says clearly what is wrong; nothing of it is read. */
async function expectRefusal(read: () => ReturnType<typeof readTip>, why: RegExp): Promise<void> {
  const outcome = await read().catch((reason: unknown) => reason);
  if (outcome instanceof Error) {
    const failure = await failureOf(Promise.reject(outcome));
    expect(failure).toMatchObject({ code: 'SOURCE_DAMAGED', message: expect.stringMatching(why) });
    return;
  }
  expect(outcome).toMatchObject({ files: {}, rejected: [{ why: expect.stringMatching(why) }] });
  expect(Object.values((outcome as Awaited<ReturnType<typeof readTip>>).files)).not.toContain('evil');
}

/** What is never taken in, whoever commits it. */
export function hostileContract(bench: Bench): void {
  describe('an entry is never read', () => {
    test.each<[string, WriteLines, RegExp]>([
      ['a symbolic link', (blob) => [`120000 blob ${blob}\ta`], /symbolic link|symlink/i],
      ['a submodule', () => [`160000 commit ${'1'.repeat(40)}\ta`], /submodule/i],
      ['the name `..`', (_, empty) => [`040000 tree ${empty}\t..`], /unsafe path|hasDotdot|'\.\.'/],
      ['the name `.git`', (_, empty) => [`040000 tree ${empty}\t.git`], /unsafe path|hasDotgit|'\.git'/],
      ['the name `.GIT`', (_, empty) => [`040000 tree ${empty}\t.GIT`], /unsafe path|hasDotgit|'\.git'/],
      ['a slash in a name', (blob) => [`100644 blob ${blob}\ta/../../b`], /slash|fullPathname|full pathname/],
      ['a line end in a name', (blob) => [`100644 blob ${blob}\ta\nb`], /character/],
      ['a name that is too long', (blob) => [`100644 blob ${blob}\t${'x'.repeat(300)}`], /longer than 255/],
    ])('%s; the commit that takes its place is', async (_what, lines, why) => {
      const repository = new GitRepository();
      const first = repository.commit(good);
      const source = openAt(bench, await bench.serve(repository.gitdir));
      await readTip(source);
      commitHostile(repository, lines);
      await expectRefusal(() => readTip(source), why);
      repository.git('update-ref', 'refs/heads/main', first);
      const next = repository.commit({ 'env/good.yaml': 'A: 2\n' });
      expect(await readTip(source)).toEqual({
        commit: next,
        files: { 'env/good.yaml': 'A: 2\n' },
        rejected: [],
      });
    });

    test('the second of two names that differ by case alone', async () => {
      const repository = new GitRepository();
      repository.commit({ 'env/A.yaml': '1', 'env/a.yaml': '2', 'env/X/b': '3', 'env/x/b': '4' });
      const { files, rejected } = await readTip(openAt(bench, await bench.serve(repository.gitdir)));
      expect(files).toEqual({ 'env/A.yaml': '1', 'env/X/b': '3' });
      expect(rejected.map(({ path }) => path).sort()).toEqual(['env/a.yaml', 'env/x']);
    });

    test('one that is too large, too deep, or one too many', async () => {
      const repository = new GitRepository();
      repository.commit({ 'env/large': 'x'.repeat(11), 'env/a/b/deep': 'x', 'env/one': 'x', 'env/two': 'x' });
      const limits = { fileBytes: 10, files: 2, depth: 3 };
      const { files, rejected } = await readTip(
        openAt(bench, await bench.serve(repository.gitdir), { limits }),
      );
      expect(files).toEqual({ 'env/one': 'x' });
      expect(rejected.map(({ path }) => path).sort()).toEqual(['env/a/b/deep', 'env/large', 'env/two']);
    });
  });

  test('a commit that takes hostile entries back is read, though they stay in its history', async () => {
    const repository = new GitRepository();
    const first = repository.commit(good);
    const source = openAt(bench, await bench.serve(repository.gitdir));
    await readTip(source);
    const tree = repository.git(
      'rev-parse',
      `${commitHostile(repository, (_, empty) => [`040000 tree ${empty}\t..`])}^{tree}`,
    );
    const evil = repository.git('commit-tree', '-m', 'evil', '-p', first, tree);
    repository.git('update-ref', 'refs/heads/main', evil);
    await expectRefusal(() => readTip(source), /unsafe path|hasDotdot|'\.\.'/);
    const revert = repository.git('commit-tree', '-m', 'revert', '-p', evil, `${first}^{tree}`);
    repository.git('update-ref', 'refs/heads/main', revert);
    expect(await readTip(source)).toEqual({ commit: revert, files: good, rejected: [] });
  });

  test('a pack that is larger than the limit is refused, and a smaller one is taken', async () => {
    const repository = new GitRepository();
    const noise = randomBytes(60_000);
    repository.commit({ ...good, 'env/noise': noise });
    const place = await bench.serve(repository.gitdir);
    const limits = { packBytes: 20_000 };
    const outcome = await readTip(openAt(bench, place, { limits })).catch((reason: unknown) => reason);
    if (outcome instanceof Error) expect(outcome).toMatchObject({ code: 'SOURCE_TOO_LARGE' });
    else expect(outcome).toMatchObject({ files: good }); // it takes no pack
    expect(await readTip(openAt(bench, place))).toMatchObject({ files: good });
  });
}
