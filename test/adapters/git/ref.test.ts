import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readRef } from '../../../src/adapters/git/ref.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const main = 'refs/heads/main';

describe('the commit of a branch is that of git rev-parse', () => {
  test('loose, packed, and loose again over a packed one', () => {
    const repository = new GitRepository();
    const first = repository.commit({ a: '1' });
    expect(readRef(repository.gitdir, main)).toBe(first);
    repository.git('pack-refs', '--all');
    expect(readRef(repository.gitdir, main)).toBe(first);
    const second = repository.commit({ a: '2' });
    expect(readRef(repository.gitdir, main)).toBe(second);
  });

  test('among packed branches whose names begin or end alike, and annotated tags', () => {
    const repository = new GitRepository();
    for (const name of ['x/main', 'main', 'main2']) {
      repository.commit({ a: name });
      if (name !== 'main') repository.git('branch', name);
      repository.git('tag', '-a', '-m', 't', `t-${name.replace('/', '-')}`);
    }
    repository.git('pack-refs', '--all', '--prune');
    for (const name of ['main', 'main2', 'x/main']) {
      expect(readRef(repository.gitdir, `refs/heads/${name}`)).toBe(repository.git('rev-parse', name));
    }
    expect(readRef(repository.gitdir, 'refs/heads/mai')).toBeNull();
  });

  test('through a branch that points to another', () => {
    const repository = new GitRepository();
    const commit = repository.commit({ a: '1' });
    repository.git('symbolic-ref', 'refs/heads/live', main);
    expect(readRef(repository.gitdir, 'refs/heads/live')).toBe(commit);
  });
});

describe('there is no commit', () => {
  test('in a new repository, nor where a branch has become a folder of branches', () => {
    const repository = new GitRepository();
    expect(readRef(repository.gitdir, main)).toBeNull();
    repository.commit({ a: '1' });
    repository.git('branch', 'deep/er');
    expect(readRef(repository.gitdir, 'refs/heads/deep')).toBeNull();
    expect(readRef(repository.gitdir, 'refs/heads/main/x')).toBeNull();
  });

  test.each<[string, string]>([
    ['is empty after a power cut', ''],
    ['holds zeros', '\0'.repeat(41)],
    ['is cut short', 'abcdef\n'],
    ['has a sha256', `${'a'.repeat(64)}\n`],
    ['points to itself', `ref: ${main}\n`],
    ['points outside', 'ref: ../../etc/passwd\n'],
  ])('when the loose ref %s, whatever an older packed one says', (_what, text) => {
    const repository = new GitRepository();
    repository.commit({ a: '1' });
    repository.git('pack-refs', '--all');
    writeFileSync(join(repository.gitdir, main), text);
    expect(readRef(repository.gitdir, main)).toBeNull();
  });
});

test('a repository that cannot be read throws the error of the system', () => {
  const gitdir = temporaryDirectory();
  writeFileSync(join(gitdir, 'file'), '');
  mkdirSync(join(gitdir, 'packed-refs'));
  chmodSync(gitdir, 0o700);
  expect(readRef(gitdir, main)).toBeNull();
  expect(() => readRef(gitdir, 'x'.repeat(300))).toThrow(expect.objectContaining({ code: 'ENAMETOOLONG' }));
});
