import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { readDirectory } from '../../src/adapters/directory-snapshot.ts';
import { localRepoSource } from '../../src/adapters/git/local.ts';
import { SNAPSHOT_LIMITS } from '../../src/adapters/snapshot-rules.ts';
import { GitRepository } from '../helpers/git-repository.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

function write(directory: string, path: string, text = 'x'): void {
  mkdirSync(dirname(join(directory, path)), { recursive: true });
  writeFileSync(join(directory, path), text);
}

test('a directory reads as its commit does', async () => {
  const repository = new GitRepository();
  const commit = repository.commit({
    'hosts.yaml': 'h',
    'env/common.yaml': 'A: 1',
    'env/hosts/a.yaml': '',
    README: '',
  });
  const tracked = { kind: 'branch', name: 'main' } as const;
  const source = localRepoSource({ path: repository.path, tracked, limits: SNAPSHOT_LIMITS });
  const committed = await source.read(commit);
  const found = readDirectory(repository.path);
  expect(found.commit).toBeNull();
  expect(found.rejected).toEqual([]);
  expect(asText(found.files)).toEqual(asText(committed.files));
});

test('links, fifos, strange names and large files are rejected', () => {
  const directory = temporaryDirectory();
  for (const path of ['env/ok', 'env/a b', 'env/node_modules/x', 'node_modules/x', '.git/HEAD'])
    write(directory, path);
  write(directory, 'env/large', 'x'.repeat(11));
  symlinkSync('/etc/passwd', join(directory, 'env/link'));
  spawnSync('mkfifo', [join(directory, 'env/fifo')]);
  const { files, rejected } = readDirectory(directory, {
    ...SNAPSHOT_LIMITS,
    fileBytes: 10,
    files: 10,
    depth: 3,
  });
  expect([...files.keys()]).toEqual(['env/ok']);
  expect(rejected).toEqual([
    { path: 'env/a b', why: 'has a character other than letters, digits and ._@+=-' },
    { path: 'env/fifo', why: 'is no regular file' },
    { path: 'env/large', why: 'has 11 bytes, more than 10' },
    { path: 'env/link', why: 'is a symbolic link' },
  ]);
});

test('a directory that is missing is unreachable', () => {
  expect(() => readDirectory('/nowhere')).toThrow(expect.objectContaining({ code: 'SOURCE_UNREACHABLE' }));
});

function asText(files: ReadonlyMap<string, Uint8Array>): Readonly<Record<string, string>> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()]));
}
