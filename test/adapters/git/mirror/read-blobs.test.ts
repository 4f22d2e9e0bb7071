import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { writeTools } from '../../../../src/adapters/git/mirror/clone-directory.ts';
import { readBlobs } from '../../../../src/adapters/git/mirror/read-blobs.ts';
import { NO_ACCESS } from '../../../helpers/git-places.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { LIMITS } from './open-mirror.ts';

const limits = { ...LIMITS, fileBytes: 100 };
const server = { url: 'file:///nowhere', access: NO_ACCESS, limits, connections: '/nowhere' };

function makeStore(): GitRepository {
  const repository = new GitRepository();
  writeTools(repository.gitdir);
  return repository;
}

test('blobs come back byte for byte, and what is none, missing or too large does not', async () => {
  const repository = makeStore();
  const texts = ['', 'a', '\n', 'line\nwith \0 and ü\n', `${'0'.repeat(40)} blob 5\n`];
  const oids = texts.map((text) => repository.writeBlob(text));
  const commit = repository.commit({ a: 'b' });
  const large = repository.writeBlob('x'.repeat(101));
  const wanted = [commit, ...oids, '1'.repeat(40), large];
  const found = await readBlobs(repository.gitdir, server, wanted);
  expect([...found].map(([oid, bytes]) => [oid, Buffer.from(bytes).toString()])).toEqual(
    oids.map((oid, i) => [oid, texts[i]]),
  );
});

test('bytes that another name stands for are left out', async () => {
  const repository = makeStore();
  const [good, bad] = [repository.writeBlob('good'), repository.writeBlob('bad')];
  const file = join(repository.gitdir, 'objects', bad.slice(0, 2), bad.slice(2));
  chmodSync(file, 0o600);
  writeFileSync(file, deflateSync('blob 4\0evil'));
  expect([...(await readBlobs(repository.gitdir, server, [bad, good])).keys()]).toEqual([good]);
});

test('a clone that git cannot read gives nothing', async () => {
  const repository = makeStore();
  const oid = repository.writeBlob('x');
  writeFileSync(join(repository.gitdir, 'HEAD'), '');
  expect((await readBlobs(repository.gitdir, server, [oid])).size).toBe(0);
});
