import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { isRoot } from '../../../helpers/temporary-directory.ts';
import { openMirror, take } from './open-mirror.ts';

const old = { 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': 'A: 1\n' };
const next = { ...old, 'env/common.yaml': 'A: 2\n' };

type Damage = (clone: string) => void;

const garbage = Buffer.from('\0\xff garbage \n'.repeat(20), 'latin1');
const put =
  (name: string, content: string | Uint8Array = garbage): Damage =>
  (clone) => {
    rmSync(join(clone, name), { recursive: true, force: true });
    writeFileSync(join(clone, name), content);
  };
const remove =
  (name: string): Damage =>
  (clone) =>
    rmSync(join(clone, name), { recursive: true, force: true });

const each =
  (names: readonly string[], damage: (name: string) => Damage): Damage =>
  (clone) => {
    for (const name of names) damage(name)(clone);
  };

/** The first file of objects/pack with this ending. */
function packed(clone: string, ending: string): string {
  const folder = join(clone, 'objects/pack');
  return join(folder, readdirSync(folder).find((name) => name.endsWith(ending)) ?? '');
}

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

const DAMAGES: readonly (readonly [what: string, damage: Damage])[] = [
  ['the clone is missing', remove('.')],
  ['it is empty', (clone) => each(readdirSync(clone), remove)(clone)],
  ['a file stands in its place', put('.')],
  [
    'a link stands in its place',
    (clone) => {
      rmSync(`${clone}.elsewhere`, { recursive: true, force: true });
      renameSync(clone, `${clone}.elsewhere`);
      symlinkSync(`${clone}.elsewhere`, clone);
    },
  ],
  ['others can read it', (clone) => chmodSync(clone, 0o755)],
  [
    'it is read-only',
    each(['objects/pack', 'refs/source', '.'], (name) => (clone) => chmodSync(join(clone, name), 0o500)),
  ],
  ['HEAD is missing', remove('HEAD')],
  ['HEAD is empty', put('HEAD', '')],
  ['HEAD is garbage', put('HEAD')],
  ['config is garbage', put('config')],
  [
    'config names a program',
    put('config', '[core]\n\tbare = true\n\tsshCommand = touch owned\n\tgitProxy = touch owned\n'),
  ],
  ['packed-refs is garbage', put('packed-refs')],
  ['the ref is garbage', put('refs/source/candidate')],
  ['the ref is empty', put('refs/source/candidate', '')],
  ['the ref names what is not there', put('refs/source/candidate', `${'1'.repeat(40)}\n`)],
  [
    'the ref is a directory',
    (clone) => {
      remove('refs/source/candidate')(clone);
      mkdirSync(join(clone, 'refs/source/candidate/x'), { recursive: true });
    },
  ],
  ['a pack is cut short', (clone) => truncateSync(packed(clone, '.pack'), 60)],
  ['a pack is empty', (clone) => truncateSync(packed(clone, '.pack'), 0)],
  ['a bit of a pack is flipped', (clone) => flipBit(packed(clone, '.pack'), 60)],
  ['a pack is missing', (clone) => rmSync(packed(clone, '.pack'))],
  [
    'an index is garbage',
    (clone) => {
      rmSync(packed(clone, '.idx'));
      writeFileSync(packed(clone, '.pack').replace(/pack$/, 'idx'), garbage);
    },
  ],
  ['an index is missing', (clone) => rmSync(packed(clone, '.idx'))],
  ['a bit of an index is flipped', (clone) => flipBit(packed(clone, '.idx'), 1100)],
  ['shallow is garbage', put('shallow')],
  ['shallow is missing', remove('shallow')],
  ['objects are missing', remove('objects')],
  ['objects is a file', put('objects')],
  ['refs are missing', remove('refs')],
  [
    'a killed git left its locks',
    each(['refs/source/candidate.lock', 'shallow.lock', 'packed-refs.lock', 'HEAD.lock', 'gc.pid'], put),
  ],
  [
    'a killed git left packs',
    each(['objects/pack/tmp_pack_abcdef', 'objects/pack/tmp_idx_abcdef', 'objects/tmp_obj_abcdef'], put),
  ],
  ['it borrows objects', put('objects/info/alternates', '/nowhere/objects\n')],
  ['it is another worktree', put('commondir', '/nowhere\n')],
  [
    'it has hooks',
    (clone) => {
      mkdirSync(join(clone, 'hooks'));
      writeFileSync(join(clone, 'hooks/reference-transaction'), '#!/bin/sh\ntouch owned\n', { mode: 0o755 });
    },
  ],
  ['the program that runs git is garbage', put('git.sh')],
  ['its configuration is garbage', put('hard.ini')],
  [
    'its configuration is a link',
    (clone) => {
      rmSync(join(clone, 'hard.ini'));
      symlinkSync(join(clone, 'HEAD'), join(clone, 'hard.ini'));
    },
  ],
  [
    'killed runs left halves beside it',
    (clone) => {
      mkdirSync(`${clone}.fresh/objects`, { recursive: true });
      mkdirSync(`${clone}.old`);
    },
  ],
  ...(isRoot
    ? [['it belongs to somebody else', (clone: string) => chownSync(clone, 65534, 65534)] as const]
    : []),
];

/** A repository of two commits and its mirror, which was read. */
async function open() {
  const repository = new GitRepository();
  repository.commit(old);
  const commit = repository.commit(next);
  const url = `file://${repository.path}`;
  const { source, clone } = openMirror(url);
  await take(source);
  return { repository, commit, url, source, clone };
}

describe('a clone heals within one call', () => {
  test.each(DAMAGES)('when %s', async (_what, damage) => {
    const { repository, commit, url, source, clone } = await open();
    damage(clone);
    expect(await take(openMirror(url, { clone }).source)).toEqual({ commit, files: next });
    damage(clone);
    const newer = repository.commit(old);
    expect(await take(source)).toEqual({ commit: newer, files: old });
    damage(clone);
    expect(await openMirror(url, { clone }).source.read(newer)).toMatchObject({ commit: newer });
    await source.probe();
    expect(existsSync(join(clone, 'owned'))).toBe(false);
    const beside = readdirSync(join(clone, '..')).filter((name) => /^clone\.(?!lock$|elsewhere$)/.test(name));
    expect(beside).toEqual([]);
  });

  test('and a commit that is not the tip any more is brought in again', async () => {
    const { repository, commit, source, clone } = await open();
    repository.commit(old);
    rmSync(clone, { recursive: true });
    expect(await source.read(commit)).toMatchObject({ commit });
  });

  test('and what a link pointed to is left alone', async () => {
    const { source, clone } = await open();
    renameSync(clone, `${clone}.elsewhere`);
    symlinkSync(`${clone}.elsewhere`, clone);
    const before = readdirSync(`${clone}.elsewhere`, { recursive: true });
    await source.probe();
    expect(readdirSync(`${clone}.elsewhere`, { recursive: true })).toEqual(before);
  });

  test('but one that is sound outlives a server that is away', async () => {
    const { repository, source, clone } = await open();
    const before = statSync(clone).ino;
    renameSync(repository.path, `${repository.path}.away`);
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    renameSync(`${repository.path}.away`, repository.path);
    repository.commit(old);
    await take(source);
    expect(statSync(clone).ino).toBe(before);
  });

  test('and a damaged one stays where the server is away too', async () => {
    const { repository, source, clone } = await open();
    writeFileSync(join(clone, 'HEAD'), '');
    renameSync(repository.path, `${repository.path}.away`);
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    renameSync(`${repository.path}.away`, repository.path);
    expect(existsSync(join(clone, 'HEAD'))).toBe(true);
    await take(source);
  });
});
