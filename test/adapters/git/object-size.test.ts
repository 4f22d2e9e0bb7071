import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ObjectSizes } from '../../../src/adapters/git/object-size.ts';
import { GitRepository } from '../../helpers/git-repository.ts';

/** What git says of every object of a repository. */
function listObjects(repository: GitRepository): ReadonlyMap<string, number> {
  const lines = repository.git(
    'cat-file',
    '--batch-all-objects',
    '--batch-check=%(objectname) %(objectsize)',
  );
  return new Map(lines.split('\n').map((line) => [line.slice(0, 40), Number(line.slice(41))] as const));
}

/** Files that differ a little, so that a pack holds one of them whole. */
function fill(repository: GitRepository): void {
  const words = Array.from({ length: 3000 }, (_, i) => `line ${i * 7919}\n`);
  for (let round = 0; round < 6; round++) {
    words[round * 400] = `changed ${round}\n`;
    repository.commit({ 'env/a': words.join(''), 'env/b': 'x'.repeat(round * 20), 'env/c': '' });
  }
  repository.git('tag', '-a', '-m', 'tag', 'v1');
  // Names without order need long tables before their first byte.
  const names = Array.from({ length: 400 }, (_, i) =>
    createHash('sha256').update(`${i}`).digest('base64url'),
  );
  repository.commit(Object.fromEntries(names.map((name) => [`env/many/${name}`, name])));
}

describe('the size of every object is what git says', () => {
  test.each([
    ['loose', []],
    ['packed', ['-c', 'pack.depth=0']],
    ['packed as differences', []],
  ])('%s', (how, options) => {
    const repository = new GitRepository();
    fill(repository);
    if (how !== 'loose') repository.git(...options, 'repack', '-q', '-a', '-d', '-f');
    const sizes = new ObjectSizes(repository.gitdir);
    for (const [oid, size] of listObjects(repository)) {
      const measured = sizes.measure(oid) ?? -1;
      // What is stored as a difference is as large as the largest object that it takes to make it.
      if (how === 'packed as differences') expect(measured).toBeGreaterThanOrEqual(size);
      else expect([oid, measured]).toEqual([oid, size]);
    }
  });

  test('and null for one that is not there', () => {
    const repository = new GitRepository();
    fill(repository);
    repository.git('gc', '-q');
    const sizes = new ObjectSizes(repository.gitdir);
    for (const oid of ['0'.repeat(40), 'f'.repeat(40), '8'.repeat(40)]) {
      expect(sizes.measure(oid)).toBeNull();
      expect(sizes.measurePack(oid)).toBeNull();
    }
  });

  test('and a small one that is made of a large one is a large one', () => {
    const repository = new GitRepository();
    const large = Array.from({ length: 60_000 }, (_, i) => `${i * 7919}\n`).join('');
    repository.commit({ 'env/a': large });
    repository.commit({ 'env/a': large.slice(0, 40_000) });
    const names = `${repository.git('rev-parse', 'HEAD~1:env/a')}\n${repository.git('rev-parse', 'HEAD:env/a')}\n`;
    const path = `${repository.gitdir}/objects/pack/pack`;
    const pack = execFileSync('git', ['pack-objects', '-q', '--window=10', path], {
      cwd: repository.path,
      input: names,
      encoding: 'utf8',
    });
    expect(pack).toMatch(/^[0-9a-f]{40}\n$/);
    repository.git('prune-packed', '-q');
    const sizes = new ObjectSizes(repository.gitdir);
    expect(sizes.measure(repository.git('rev-parse', 'HEAD:env/a'))).toBe(large.length);
  });
});
