import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { localRepoSource } from '../../../src/adapters/git/local.ts';
import { SNAPSHOT_LIMITS } from '../../../src/adapters/snapshot-rules.ts';
import type { Tracked } from '../../../src/core/git/tracked.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const content = {
  'reconcile.yaml': 'format: 1\n',
  'env/common.yaml': 'A: 1\n',
  'env/hosts/php-1.yaml': 'B: ü\n',
};

const main = { kind: 'branch', name: 'main' } as const;

function openAt(path: string, tracked: Tracked = main, limits = {}) {
  return localRepoSource({ path, tracked, limits: { ...SNAPSHOT_LIMITS, ...limits } });
}

function sourceOf(repository: GitRepository, limits = {}) {
  return openAt(repository.gitdir, main, limits);
}

/** The snapshot at the tip, as text. */
async function readTip(repository: GitRepository, limits = {}) {
  const source = sourceOf(repository, limits);
  const snapshot = await source.read(await source.probe());
  const files = [...snapshot.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()] as const);
  return { ...snapshot, files: Object.fromEntries(files) };
}

describe('a commit is read whole', () => {
  test('from loose objects, from packs, and from packs of deltas', async () => {
    const repository = new GitRepository();
    for (let round = 0; round < 5; round++)
      repository.commit({ ...content, 'env/common.yaml': `A: ${round}\n`.repeat(500) });
    const commit = repository.commit(content);
    const expected = { commit, files: content, rejected: [] };
    expect(await readTip(repository)).toEqual(expected);
    repository.git('gc', '-q', '--aggressive', '--prune=now');
    expect(await readTip(repository)).toEqual(expected);
  });

  test('from a bare repository, a work tree, its .git and a linked work tree', async () => {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    const [bare, linked] = [join(temporaryDirectory(), 'env.git'), join(temporaryDirectory(), 'linked')];
    repository.git('clone', '-q', '--bare', '--no-local', repository.path, bare);
    repository.git('worktree', 'add', '-q', linked, '-b', 'other');
    for (const gitdir of [bare, repository.path, repository.gitdir, linked]) {
      const source = openAt(gitdir, { kind: 'branch', name: 'refs/heads/main' });
      expect(await source.probe()).toBe(commit);
      expect((await source.read(commit)).files.size).toBe(3);
    }
  });

  test('byte for byte, whatever .gitattributes asks for', async () => {
    const repository = new GitRepository();
    repository.commit({
      'env/.gitattributes': '* text eol=crlf export-subst export-ignore\n',
      'env/a': '$Format:%H$\n',
    });
    expect((await readTip(repository)).files['env/a']).toBe('$Format:%H$\n');
  });

  test('and only the parts that mean something', async () => {
    const repository = new GitRepository();
    symlinkSync('/etc/passwd', join(repository.path, 'link'));
    repository.commit({
      ...content,
      'README.md': '',
      'docs/a': '',
      'templates/t': '',
      'secrets/s': '',
      'expected/h/f': '',
    });
    const { files, rejected } = await readTip(repository);
    expect(Object.keys(files).sort()).toEqual(
      [...Object.keys(content), 'expected/h/f', 'secrets/s', 'templates/t'].sort(),
    );
    expect(rejected).toEqual([]);
  });

  test('and the next one too, from the same source', async () => {
    const repository = new GitRepository();
    const source = sourceOf(repository);
    const first = repository.commit(content);
    await source.read(first);
    const second = repository.commit({ 'env/common.yaml': 'A: 2\n' });
    expect(Buffer.from((await source.read(second)).files.get('env/common.yaml') ?? []).toString()).toBe(
      'A: 2\n',
    );
    expect(Buffer.from((await source.read(first)).files.get('env/common.yaml') ?? []).toString()).toBe(
      'A: 1\n',
    );
  });
});

describe('what is live can be', () => {
  test('a tag, of either kind, on a packed ref or a loose one', async () => {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    repository.git('tag', 'plain');
    repository.git('tag', '-a', '-m', 'a', 'annotated');
    repository.git('tag', '-a', '-m', 'b', 'of-a-tag', 'annotated');
    repository.commit({ 'env/common.yaml': 'A: 2\n' });
    for (const isPacked of [false, true]) {
      if (isPacked) repository.git('pack-refs', '--all');
      for (const name of ['plain', 'annotated', 'of-a-tag'])
        expect(await openAt(repository.path, { kind: 'tag', name }).probe()).toBe(commit);
    }
  });

  test('one commit, by its name', async () => {
    const repository = new GitRepository();
    const name = repository.commit(content);
    repository.commit({ 'env/common.yaml': 'A: 2\n' });
    const source = openAt(repository.path, { kind: 'commit', name });
    expect(await source.probe()).toBe(name);
    expect((await source.read(name)).files.size).toBe(3);
  });

  test('no tag that names a tree', async () => {
    const repository = new GitRepository();
    repository.commit(content);
    repository.git('tag', 'tree', 'HEAD^{tree}');
    await expect(openAt(repository.path, { kind: 'tag', name: 'tree' }).probe()).rejects.toMatchObject({
      code: 'SOURCE_DAMAGED',
      message: expect.stringContaining('is a tree, no commit'),
    });
  });

  test('no commit in the place of another one: refs/replace is not looked at', async () => {
    const repository = new GitRepository();
    const good = repository.commit(content);
    const evil = repository.commit({ 'env/common.yaml': 'A: evil\n' });
    repository.git('update-ref', 'refs/heads/main', good);
    repository.git('replace', good, evil);
    expect((await readTip(repository)).files['env/common.yaml']).toBe('A: 1\n');
  });
});

describe('an entry is rejected and never read', () => {
  test.each<[string, (blob: string, empty: string) => string, RegExp]>([
    ['env/a', (blob) => `120000 blob ${blob}\ta`, /symbolic link/],
    ['env/a', () => `160000 commit ${'1'.repeat(40)}\ta`, /submodule/],
    ['env/a b', (blob) => `100644 blob ${blob}\ta b`, /character/],
    ['env/a\\x0ab', (blob) => `100644 blob ${blob}\ta\nb`, /character/],
    ['env/ü', (blob) => `100644 blob ${blob}\tü`, /character/],
    ['env/.GIT', (_blob, empty) => `040000 tree ${empty}\t.GIT`, /unsafe path/],
    ['env/a/b', (blob) => `100644 blob ${blob}\ta/b`, /slash/],
    ['env/..', (_blob, empty) => `040000 tree ${empty}\t..`, /unsafe path/],
    [`env/${'x'.repeat(252)}`, (blob) => `100644 blob ${blob}\t${'x'.repeat(252)}`, /longer than 255/],
  ])('%j', async (path, line, why) => {
    const repository = new GitRepository();
    const env = repository.writeTree([line(repository.writeBlob('evil'), repository.writeTree([]))]);
    repository.commitTree([`040000 tree ${env}\tenv`]);
    expect(await readTip(repository)).toMatchObject({
      files: {},
      rejected: [{ path, why: expect.stringMatching(why) }],
    });
  });

  test('when it differs from another one by case alone', async () => {
    const repository = new GitRepository();
    repository.commit({ 'env/A.yaml': '1', 'env/a.yaml': '2', 'env/X/b': '3', 'env/x/b': '4' });
    const { files, rejected } = await readTip(repository);
    expect(files).toEqual({ 'env/A.yaml': '1', 'env/X/b': '3' });
    expect(rejected.map((each) => each.path)).toEqual(['env/a.yaml', 'env/x']);
  });

  test('when it is too large, too deep, or one too many', async () => {
    const repository = new GitRepository();
    repository.commit({ 'env/large': 'x'.repeat(11), 'env/a/b/deep': 'x', 'env/one': 'x', 'env/two': 'x' });
    const { files, rejected } = await readTip(repository, { fileBytes: 10, files: 2, depth: 3 });
    expect(files).toEqual({ 'env/one': 'x' });
    expect(rejected).toEqual([
      { path: 'env/a/b/deep', why: 'is more than 3 levels deep' },
      { path: 'env/two', why: 'is beyond the limit of 2 files' },
      { path: 'env/large', why: 'has 11 bytes, more than 10' },
    ]);
  });
});

test('files that are too much together are rejected from there on', async () => {
  const repository = new GitRepository();
  repository.commit({ 'env/a': 'x'.repeat(40), 'env/b': 'x'.repeat(41), 'env/c': 'x'.repeat(60) });
  const { files, rejected } = await readTip(repository, { totalBytes: 100 });
  expect(Object.keys(files)).toEqual(['env/a', 'env/b']);
  expect(rejected).toEqual([{ path: 'env/c', why: 'is beyond the limit of 100 bytes in all files' }]);
});

describe('what is large is refused before it is read', () => {
  test.each(['loose', 'packed'])('300 MB of zeros, %s', async (how) => {
    const repository = new GitRepository();
    const zeros = execFileSync('git', ['hash-object', '-w', '--stdin'], {
      cwd: repository.path,
      input: Buffer.alloc(300 * 1024 * 1024),
    });
    const env = repository.writeTree([`100644 blob ${String(zeros).trim()}\tzeros`]);
    repository.commitTree([`040000 tree ${env}\tenv`]);
    if (how === 'packed') repository.git('gc', '-q');
    const before = process.memoryUsage().rss;
    expect(await readTip(repository)).toMatchObject({
      files: {},
      rejected: [{ path: 'env/zeros', why: 'has 314572800 bytes, more than 1048576' }],
    });
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });

  test('a pack that does not fit into memory', async () => {
    const repository = new GitRepository();
    repository.commit(content);
    repository.git('gc', '-q');
    await expect(readTip(repository, { packBytes: 100 })).rejects.toMatchObject({
      code: 'SOURCE_TOO_LARGE',
      message: expect.stringMatching(/^the pack with object [0-9a-f]{40} has \d+ bytes, more than 100$/),
    });
  });
});

describe('what is wrong has a code and a remedy', () => {
  test.each<[string, () => string, string, RegExp]>([
    ['a path that is missing', () => '/nowhere/env.git', 'SOURCE_UNREACHABLE', /no such file/],
    ['a directory that is no repository', temporaryDirectory, 'SOURCE_UNREACHABLE', /no git repository/],
    ['an empty repository', () => new GitRepository().path, 'SOURCE_BRANCH_MISSING', /no branch main/],
    [
      'sha256',
      () => new GitRepository('--object-format=sha256').path,
      'SOURCE_UNREACHABLE',
      /use one with sha1/,
    ],
  ])('%s, when it is probed', async (_what, make, code, message) => {
    const probe = openAt(make()).probe();
    await expect(probe).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  test.each<[string, (repository: GitRepository) => GitRepository, RegExp]>([
    ['a missing object', removeBlob, /Could not find [0-9a-f]{40}/],
    ['a damaged object', damageBlob, /./],
    ['an index that names other bytes', swapInIndex, /is damaged: its bytes have the name/],
    ['borrowed objects', borrowObjects, /git repack -a -d/],
    ['a pack index of version 1', packVersion1, /pack index of version 1; run/],
  ])('%s, when it is read', async (_what, spoil, message) => {
    const repository = new GitRepository();
    repository.commit(content);
    const source = sourceOf(spoil(repository));
    const read = source.read(await source.probe());
    await expect(read).rejects.toMatchObject({
      code: 'SOURCE_DAMAGED',
      message: expect.stringMatching(message),
    });
  });

  test('a hash that is no commit', async () => {
    const repository = new GitRepository();
    repository.commit(content);
    const tree = repository.git('rev-parse', 'HEAD^{tree}');
    await expect(sourceOf(repository).read(tree)).rejects.toMatchObject({ code: 'SOURCE_DAMAGED' });
  });
});

test('a repository is read right while git packs it anew', async () => {
  const repository = new GitRepository();
  for (let round = 0; round < 20; round++)
    repository.commit({ ...content, 'env/common.yaml': `A: ${round}\n` });
  const commit = repository.commit(content);
  const gc = spawn('git', ['gc', '-q', '--prune=now'], { cwd: repository.path, stdio: 'ignore' });
  onTestFinished(() => void gc.kill());
  const done = once(gc, 'exit');
  const source = sourceOf(repository);
  while (gc.exitCode === null && gc.signalCode === null) {
    expect((await source.read(commit)).files.size).toBe(3);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
});

function blobPath(repository: GitRepository): string {
  const oid = repository.git('rev-parse', 'HEAD:env/common.yaml');
  return join(repository.gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
}

function removeBlob(repository: GitRepository): GitRepository {
  rmSync(blobPath(repository));
  return repository;
}

/** The bytes of another object: well packed, and not what its name says. */
function damageBlob(repository: GitRepository): GitRepository {
  const other = repository.writeBlob('other');
  const path = blobPath(repository);
  chmodSync(path, 0o644);
  writeFileSync(path, readFileSync(join(repository.gitdir, 'objects', other.slice(0, 2), other.slice(2))));
  return repository;
}

/** Two blobs in one pack, each found under the name of the other. */
function swapInIndex(repository: GitRepository): GitRepository {
  repository.git('gc', '-q');
  const folder = join(repository.gitdir, 'objects/pack');
  const path = join(folder, readdirSync(folder).find((name) => name.endsWith('.idx')) ?? '');
  const index = readFileSync(path);
  const places = ['HEAD:env/common.yaml', 'HEAD:env/hosts/php-1.yaml'].map((name) => {
    const oid = Buffer.from(repository.git('rev-parse', name), 'hex');
    return (index.indexOf(oid, 8 + 1024) - 8 - 1024) / 20;
  });
  const offsetsAt = 8 + 1024 + index.readUInt32BE(8 + 1020) * 24;
  const [a = 0, b = 0] = places.map((place) => offsetsAt + place * 4);
  const [first, second] = [index.readUInt32BE(a), index.readUInt32BE(b)];
  index.writeUInt32BE(second, a);
  index.writeUInt32BE(first, b);
  chmodSync(path, 0o644);
  writeFileSync(path, index);
  return repository;
}

function borrowObjects(repository: GitRepository): GitRepository {
  const borrower = new GitRepository();
  writeFileSync(join(borrower.gitdir, 'objects/info/alternates'), `${join(repository.gitdir, 'objects')}\n`);
  borrower.git('update-ref', 'refs/heads/main', repository.git('rev-parse', 'HEAD'));
  return borrower;
}

function packVersion1(repository: GitRepository): GitRepository {
  repository.git('-c', 'pack.indexVersion=1', 'repack', '-q', '-a', '-d');
  repository.git('prune-packed', '-q');
  expect(readdirSync(join(repository.gitdir, 'objects/pack')).some((name) => name.endsWith('.idx'))).toBe(
    true,
  );
  return repository;
}
