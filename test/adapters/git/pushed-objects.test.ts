import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { localRepoSource } from '../../../src/adapters/git/local.ts';
import { withPushedObjects } from '../../../src/adapters/git/pushed-objects.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import type { PushedObjects } from '../../../src/ports/receiving.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { makeSshKey, signWith } from '../../helpers/signing.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const MAIN = { kind: 'branch', name: 'main' } as const;

/** A repository that has `first`, and a quarantine beside it with all that came after, as git-receive-pack(1) has it. */
function quarantine(repository: GitRepository, first: string) {
  const gitdir = join(temporaryDirectory(), 'bare.git');
  repository.git('clone', '-q', '--bare', repository.path, gitdir);
  repository.git('-C', gitdir, 'update-ref', 'refs/heads/main', first);
  repository.git('-C', gitdir, 'gc', '-q', '--prune=now');
  const objects = join(gitdir, 'objects', 'tmp_objdir-incoming-test');
  mkdirSync(join(objects, 'pack'), { recursive: true });
  const tip = repository.git('rev-parse', 'main');
  const pack = execFileSync('git', ['-C', repository.path, 'pack-objects', '--revs', '--stdout', '-q'], {
    input: `${tip}\n^${first}\n`,
  });
  const environment = {
    ...process.env,
    GIT_OBJECT_DIRECTORY: objects,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(gitdir, 'objects'),
    GIT_QUARANTINE_PATH: objects,
  };
  execFileSync('git', ['-C', gitdir, 'unpack-objects', '-q'], {
    input: pack,
    env: { ...environment, GIT_DIR: gitdir },
  });
  return { gitdir, environment };
}

interface Store {
  readonly gitdir: string;
  readonly environment: NodeJS.ProcessEnv;
}

async function using<T>(store: Store, work: (objects: PushedObjects) => Promise<T>, limits = {}): Promise<T> {
  const options = { ...store, limits: { ...SNAPSHOT_LIMITS, ...limits }, deadlineMs: 20_000 };
  return await withPushedObjects(options, work);
}

const inPlace = (repository: GitRepository): Store => ({
  gitdir: repository.gitdir,
  environment: process.env,
});

describe('what waits in a quarantine', () => {
  test('is read, with what was there before', async () => {
    const repository = new GitRepository();
    const first = repository.commit({ 'env/a.yaml': 'A: 1\n', 'env/b.yaml': 'B: ü\n' });
    const tip = repository.commit({ 'env/a.yaml': 'A: 2\n', 'README.md': 'x' });
    const store = quarantine(repository, first);
    await using(store, async (objects) => {
      const { commit, files, rejected } = await objects.read(tip);
      expect([commit, rejected]).toEqual([tip, []]);
      expect([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()])).toEqual([
        ['env/a.yaml', 'A: 2\n'],
        ['env/b.yaml', 'B: ü\n'],
      ]);
      expect(await objects.contains(tip, first)).toBe(true);
      expect(await objects.contains(first, tip)).toBe(false);
      expect((await objects.commits(tip, first)).map(({ oid }) => oid)).toEqual([tip]);
    });
    const local = localRepoSource({ path: store.gitdir, tracked: MAIN, limits: SNAPSHOT_LIMITS });
    await expect(local.read(tip)).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
  });

  test('is named by tags too', async () => {
    const repository = new GitRepository();
    const tip = repository.commit({ 'env/a.yaml': 'A: 1\n' });
    repository.git('tag', '-a', '-m', 'x', 'one');
    repository.git('tag', '-a', '-m', 'x', 'two', 'one');
    const blob = repository.writeBlob('x');
    await using(inPlace(repository), async (objects) => {
      expect(await objects.peel(repository.git('rev-parse', 'two'))).toBe(tip);
      expect(await objects.peel(tip)).toBe(tip);
      expect(await failureOf(objects.peel(blob))).toMatchObject({ code: 'PUSH_UNCHECKED' });
      expect(await failureOf(objects.peel('1'.repeat(40)))).toMatchObject({ code: 'PUSH_UNCHECKED' });
    });
  });

  test('has the signatures that were made', async () => {
    const repository = new GitRepository();
    const first = repository.commit({});
    signWith(repository, makeSshKey());
    const [second, third] = [repository.commit({}), repository.commit({})];
    const local = localRepoSource({ path: repository.gitdir, tracked: MAIN, limits: SNAPSHOT_LIMITS });
    await using(inPlace(repository), async (objects) => {
      expect(await objects.commits(third, first)).toEqual([
        await local.inspect(third),
        await local.inspect(second),
      ]);
      expect(await objects.commits(third, null)).toEqual([await local.inspect(third)]);
    });
  });
});

/** Lines of the tree `env`, of a blob and an empty tree. */
const HOSTILE: readonly (readonly [string, (blob: string, empty: string) => readonly string[]])[] = [
  ['a plain file', (blob) => [`100644 blob ${blob}\ta`]],
  ['a runnable file', (blob) => [`100755 blob ${blob}\ta`]],
  ['a link', (blob) => [`120000 blob ${blob}\ta`]],
  ['a submodule', () => [`160000 commit ${'1'.repeat(40)}\ta`]],
  ['a mode of no meaning', (blob) => [`100664 blob ${blob}\ta`]],
  ['`..`', (_, empty) => [`040000 tree ${empty}\t..`]],
  ['`.git`', (_, empty) => [`040000 tree ${empty}\t.git`]],
  ['a slash', (blob) => [`100644 blob ${blob}\ta/b`]],
  ['slashes that lead out', (blob) => [`100644 blob ${blob}\ta/../../b`]],
  ['a line end', (blob) => [`100644 blob ${blob}\ta\nb`]],
  ['a tab', (blob) => [`100644 blob ${blob}\ta\tb`]],
  ['a long name', (blob) => [`100644 blob ${blob}\t${'x'.repeat(300)}`]],
  ['names that differ by case', (blob) => [`100644 blob ${blob}\tA`, `100644 blob ${blob}\ta`]],
  ['one name twice', (blob) => [`100644 blob ${blob}\ta`, `100644 blob ${blob}\ta`]],
];

describe('a tree is read as the run will read it', () => {
  test.each(HOSTILE)('%s', async (_what, lines) => {
    const repository = new GitRepository();
    const [blob, empty] = [repository.writeBlob('x'), repository.writeTree([])];
    const commit = repository.commitTree([`040000 tree ${repository.writeTree(lines(blob, empty))}\tenv`]);
    const local = localRepoSource({ path: repository.gitdir, tracked: MAIN, limits: SNAPSHOT_LIMITS });
    const found = await using(inPlace(repository), (objects) => objects.read(commit));
    const expected = await local.read(commit);
    expect([...found.files]).toEqual([...expected.files]);
    expect(found.rejected.map(({ why }) => why)).toEqual(expected.rejected.map(({ why }) => why));
  });

  test.each([{ fileBytes: 10 }, { files: 2 }, { depth: 2 }, { totalBytes: 25 }, { totalBytes: 0 }])(
    'within %j',
    async (bounds) => {
      const repository = new GitRepository();
      const files = Array.from({ length: 5 }, (_, i) => [`env/${i}/${i}`, 'x'.repeat(i * 5)]);
      const commit = repository.commit(Object.fromEntries(files));
      const limits = { ...SNAPSHOT_LIMITS, ...bounds };
      const local = localRepoSource({ path: repository.gitdir, tracked: MAIN, limits });
      const found = await using(inPlace(repository), (objects) => objects.read(commit), bounds);
      expect(found).toEqual(await local.read(commit));
    },
  );

  test('without what means nothing, however large', async () => {
    const repository = new GitRepository();
    const other = Object.fromEntries(
      Array.from({ length: 300 }, (_, i) => [`docs/${'x'.repeat(200)}/${i}`, `${i}`]),
    );
    const commit = repository.commit({ ...other, 'env/a.yaml': 'A: 1\n' });
    const { files } = await using(inPlace(repository), (objects) => objects.read(commit), { files: 1 });
    expect([...files.keys()]).toEqual(['env/a.yaml']);
  });

  test('but for one that unfolds to more than all memory', async () => {
    const repository = new GitRepository();
    let tree = repository.writeTree([`100644 blob ${repository.writeBlob('x')}\ta`]);
    for (let level = 0; level < 9; level++)
      tree = repository.writeTree(Array.from({ length: 10 }, (_, i) => `040000 tree ${tree}\t${i}`));
    const commit = repository.commitTree([`040000 tree ${tree}\tenv`]);
    const read = using(inPlace(repository), (objects) => objects.read(commit));
    expect(await failureOf(read)).toMatchObject({ code: 'SOURCE_TOO_LARGE' });
  });
});

describe('nothing of the repository decides what is read', () => {
  test('no replacement', async () => {
    const repository = new GitRepository();
    const commit = repository.commit({ 'env/a.yaml': 'A: 1\n' });
    const other = repository.commit({ 'env/a.yaml': 'A: 2\n' });
    repository.git('replace', commit, other);
    const { files } = await using(inPlace(repository), (objects) => objects.read(commit));
    expect(Buffer.from(files.get('env/a.yaml') ?? []).toString()).toBe('A: 1\n');
  });

  test('no variable of whoever pushes, but those of the quarantine', async () => {
    const repository = new GitRepository();
    const commit = repository.commit({ 'env/a.yaml': 'A: 1\n' });
    const environment = {
      ...process.env,
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'core.bare',
      GIT_CONFIG_VALUE_0: 'nonsense',
      GIT_NAMESPACE: 'x',
      GIT_TRACE: '1',
    };
    const store = { gitdir: repository.gitdir, environment };
    expect((await using(store, (objects) => objects.read(commit))).files.size).toBe(1);
  });
});

test('git that does not answer in time is given up', async () => {
  const repository = new GitRepository();
  const commit = repository.commit({});
  const options = { ...inPlace(repository), limits: SNAPSHOT_LIMITS, deadlineMs: 1 };
  const read = withPushedObjects(options, (objects) => objects.read(commit));
  expect(await failureOf(read)).toMatchObject({
    code: 'PUSH_UNCHECKED',
    message: expect.stringMatching(/deadline/),
  });
});

test('no file is left', async () => {
  const repository = new GitRepository();
  const commit = repository.commit({});
  await using(inPlace(repository), (objects) => objects.read(commit));
  const ours = `php-env-reconciler-trial-${process.pid}-`;
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(ours))).toEqual([]);
});
