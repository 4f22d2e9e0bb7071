import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { openMirror, take } from './open-mirror.ts';

const content = { 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': 'A: 1\n' };

test('a first', async () => {
  const repository = new GitRepository();
  const commit = repository.commit(content);
  const { source, clone } = openMirror(`file://${repository.path}`);
  let t = performance.now();
  expect(await take(source)).toEqual({ commit, files: content });
  console.log(performance.now() - t);
  t = performance.now();
  expect(await take(source)).toEqual({ commit, files: content });
  console.log(performance.now() - t);
  t = performance.now();
  await source.probe();
  console.log(performance.now() - t);
  expect(statSync(clone).mode & 0o777).toBe(0o700);
  repository.commit({ a: 'b' });
  repository.commit({ a: 'c' });
  expect((await source.compare(await source.probe(), commit)).relation).toBe('fast-forward');
});
