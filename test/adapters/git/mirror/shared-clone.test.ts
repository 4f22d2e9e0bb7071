import { readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { flockLock } from '../../../../src/adapters/lock.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { LIMITS, openMirror, take } from './open-mirror.ts';

const filesOf = (round: number) => ({ 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': `A: ${round}\n` });

function countPacks(clone: string): number {
  return readdirSync(join(clone, 'objects/pack')).filter((name) => name.endsWith('.pack')).length;
}

test('several that use one clone at once all get what they asked for, also while it is lost', async () => {
  const repository = new GitRepository();
  const url = `file://${repository.path}`;
  const { clone } = openMirror(url);
  for (let round = 0; round < 3; round++) {
    const commit = repository.commit(filesOf(round));
    const sources = Array.from({ length: 4 }, () => openMirror(url, { clone }).source);
    const taken = sources.map(async (source) => await take(source));
    await sources[0]?.probe();
    rmSync(clone, { recursive: true, force: true });
    for (const each of await Promise.all(taken)) expect(each).toEqual({ commit, files: filesOf(round) });
  }
});

test('one that another process keeps locked is waited for, and given up in time', async () => {
  const repository = new GitRepository();
  const commit = repository.commit(filesOf(0));
  const { source, clone } = openMirror(`file://${repository.path}`, {
    limits: { ...LIMITS, fetchMs: 2_000 },
  });
  await source.probe();
  const release = flockLock(`${clone}.lock`).acquire();
  await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  expect(await source.read(commit)).toMatchObject({ commit });
  const waiting = source.probe();
  release?.();
  expect(await waiting).toBe(commit);
});

test('the packs of many updates are packed into one', async () => {
  const repository = new GitRepository();
  const { source, clone } = openMirror(`file://${repository.path}`);
  const counts: number[] = [];
  const inodes = new Set<number>();
  for (let round = 0; round < 23; round++) {
    const commit = repository.commit(filesOf(round));
    expect(await source.probe()).toBe(commit);
    counts.push(countPacks(clone));
    inodes.add(statSync(clone).ino);
  }
  expect(inodes.size).toBe(1);
  expect(counts).toEqual([...Array.from({ length: 20 }, (_, i) => i + 1), 1, 2, 3]);
  expect(await take(source)).toMatchObject({ files: filesOf(22) });
  expect(readdirSync(dirname(clone)).sort()).toEqual(['clone', 'clone.lock']);
});

test('a clone that has grown over the limit is begun anew', async () => {
  const repository = new GitRepository();
  repository.commit(filesOf(0));
  const { source, clone } = openMirror(`file://${repository.path}`, {
    limits: { ...LIMITS, packBytes: 2_000 },
  });
  await source.probe();
  for (let round = 1; round < 8; round++) {
    const commit = repository.commit(filesOf(round));
    expect(await take(source)).toEqual({ commit, files: filesOf(round) });
  }
  expect(countPacks(clone)).toBeLessThan(8);
});

test('a place where nothing can be written is told as such', async () => {
  const repository = new GitRepository();
  repository.commit(filesOf(0));
  const { source } = openMirror(`file://${repository.path}`, { clone: '/proc/clones/clone' });
  await expect(source.probe()).rejects.toMatchObject({ code: 'STATE_UNUSABLE' });
});
