import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readPack } from '../../../../src/adapters/git/snapshot/read-pack.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';

const MIB = 1024 * 1024;
const limits = { objectBytes: 16 * MIB, totalBytes: 64 * MIB };

/** What `git pack-objects` makes of all that is reachable. */
function packAll(repository: GitRepository, ...options: readonly string[]): Buffer {
  const args = ['pack-objects', '--revs', '--stdout', '-q', '--no-reuse-delta', ...options];
  return execFileSync('git', args, { cwd: repository.path, input: 'HEAD\n', maxBuffer: 1e9, stdio: 'pipe' });
}

/** Thirty long versions of one file, which git packs as chains of deltas. */
function makeHistory(): GitRepository {
  const repository = new GitRepository();
  const hash = (text: string) => createHash('md5').update(text).digest('hex');
  const lines = Array.from({ length: 400 }, (_, i) => `NAME_${i}: ${hash(`${i}`)}\n`);
  const stream: string[] = [];
  for (let round = 0; round < 30; round++) {
    lines.splice((round * 37) % lines.length, 2, `ROUND: ${round}\n`);
    const content = lines.join('');
    stream.push(
      `commit refs/heads/main\ncommitter T <t@example.com> ${round} +0000\ndata 0\n`,
      `M 100644 inline env/common.yaml\ndata ${content.length}\n${content}\n`,
    );
  }
  const options = { cwd: repository.path, input: stream.join(''), stdio: 'pipe' } as const;
  execFileSync('git', ['fast-import', '--quiet'], options);
  return repository;
}

/** The hash at the end made anew, as one would who changed the pack on purpose. */
function sign(body: Buffer): Buffer {
  return Buffer.concat([body, createHash('sha1').update(body).digest()]);
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(Math.floor(value / 0x80))];
}

function entry(type: number, size: number, packed: Buffer, base: readonly number[] = []): Buffer {
  const head =
    size < 16 ? [(type << 4) | size] : [0x80 | (type << 4) | (size & 15), ...numberBytes(size >> 4)];
  return Buffer.concat([Buffer.from([...head, ...base]), packed]);
}

function makePack(...entries: readonly Buffer[]): Buffer {
  const head = Buffer.from('PACK\0\0\0\u0002\0\0\0\0', 'latin1');
  head.writeUInt32BE(entries.length, 8);
  return sign(Buffer.concat([head, ...entries]));
}

function blob(bytes: Buffer): Buffer {
  return entry(3, bytes.length, deflateSync(bytes));
}

describe('a pack of git', () => {
  test.each([
    ['of deltas that tell the place of their base', ['--delta-base-offset', '--window=20']],
    ['of deltas that name their base', ['--window=20']],
    ['without deltas', ['--window=0']],
  ])('%s is read object by object', (_what, options) => {
    const repository = makeHistory();
    const objects = readPack(packAll(repository, ...options), limits);
    const names = repository.git('rev-list', '--objects', '--no-object-names', 'HEAD').split('\n');
    expect([...objects.keys()].sort()).toEqual([...names].sort());
    for (const [oid, { type, bytes }] of objects) {
      const name = createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
      expect(name).toBe(oid);
    }
  });

  test('has deltas in this test', () => {
    const repository = makeHistory();
    const [few, many] = [packAll(repository, '--window=20'), packAll(repository, '--window=0')];
    expect(many.length / few.length).toBeGreaterThan(5);
  });

  test('that is empty has no objects', () => {
    expect(readPack(makePack(), limits).size).toBe(0);
  });

  test('that is thin is refused: it is made of objects that are not in it', () => {
    const repository = makeHistory();
    const args = ['pack-objects', '--revs', '--thin', '--stdout', '-q'];
    const thin = execFileSync('git', args, {
      cwd: repository.path,
      input: 'HEAD\n^HEAD~1\n',
      stdio: 'pipe',
    });
    expect(() => readPack(thin, limits)).toThrow(/missing that others are made of/);
  });
});

describe('a pack that is damaged is refused', () => {
  const damaged = expect.objectContaining({ code: 'SOURCE_DAMAGED' });

  test('when it is cut, at every 50th byte', () => {
    const pack = packAll(makeHistory(), '--delta-base-offset', '--window=20');
    for (let at = 0; at < pack.length; at += 50)
      expect(() => readPack(pack.subarray(0, at), limits)).toThrow(damaged);
  });

  test('when a bit is flipped, at every 50th byte', () => {
    const pack = packAll(makeHistory(), '--delta-base-offset', '--window=20');
    for (let at = 0; at < pack.length; at += 50) {
      const flipped = Buffer.from(pack);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << ((at / 50) % 8));
      expect(() => readPack(flipped, limits)).toThrow(damaged);
    }
  });

  test('when it was changed on purpose; what is read has the name of its bytes', () => {
    const pack = packAll(makeHistory(), '--delta-base-offset', '--window=20');
    for (let at = 0; at < pack.length - 20; at += 50) {
      const body = Buffer.from(pack.subarray(0, -20));
      body[at] = (body[at] ?? 0) ^ (1 << ((at / 50) % 8));
      try {
        for (const [oid, { type, bytes }] of readPack(sign(body), limits))
          expect(createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex')).toBe(
            oid,
          );
      } catch (error) {
        expect(['SOURCE_DAMAGED', 'SOURCE_TOO_LARGE']).toContain((error as { code?: string }).code);
      }
    }
  });

  test.each<[string, () => Buffer, RegExp]>([
    ['is no pack', () => Buffer.from('<html>not found at all, sorry for that</html>'), /no pack/],
    [
      'has more in it than it says',
      () => sign(Buffer.concat([makePack().subarray(0, -20), blob(Buffer.from('a'))])),
      /more in it/,
    ],
    ['says more than it has', () => makePack(blob(Buffer.from('abc')).fill(0x35, 0, 1)), /another size/],
    ['says less than it has', () => makePack(blob(Buffer.from('abc')).fill(0x31, 0, 1)), /damaged/],
    ['has an object of no type', () => makePack(entry(5, 1, deflateSync(Buffer.from('a')))), /type 5/],
    [
      'has a delta without an end',
      () => makePack(entry(6, 1, deflateSync(Buffer.from([0x80])), [0x01])),
      /damaged/,
    ],
    [
      'has a delta of itself',
      () => makePack(entry(6, 2, deflateSync(Buffer.from([1, 1])), [0x00])),
      /missing/,
    ],
    [
      'has a size beyond all measure',
      () => makePack(Buffer.from([0xbf, ...Array(60).fill(0xff), 0x7f])),
      /beyond all measure/,
    ],
    [
      'has a delta that copies what is not there',
      () =>
        makePack(
          blob(Buffer.from('a')),
          entry(6, 5, deflateSync(Buffer.from([1, 4, 0x91, 9, 4])), [blob(Buffer.from('a')).length]),
        ),
      /delta is damaged/,
    ],
    [
      'has a delta that makes too little',
      () =>
        makePack(
          blob(Buffer.from('a')),
          entry(6, 4, deflateSync(Buffer.from([1, 4, 1, 65])), [blob(Buffer.from('a')).length]),
        ),
      /delta is cut/,
    ],
  ])('when it %s', (_what, make, message) => {
    expect(() => readPack(make(), limits)).toThrow(
      expect.objectContaining({ code: 'SOURCE_DAMAGED', message: expect.stringMatching(message) }),
    );
  });
});

describe('a pack that would become too large is refused before it does', () => {
  const peakMib = () => process.resourceUsage().maxRSS / 1024;

  function expectRefusal(pack: Buffer, message: RegExp, growthMib: number) {
    const before = peakMib();
    expect(() => readPack(pack, limits)).toThrow(
      expect.objectContaining({ code: 'SOURCE_TOO_LARGE', message: expect.stringMatching(message) }),
    );
    expect(peakMib() - before).toBeLessThan(growthMib);
  }

  test('300 MB of zeros', () => {
    const repository = new GitRepository();
    const fd = openSync(join(repository.path, 'zeros'), 'w');
    ftruncateSync(fd, 300e6);
    closeSync(fd);
    repository.git('config', 'core.bigFileThreshold', '1m'); // half the work: git packs it at once
    repository.commit({ 'env/common.yaml': 'A: 1\n' });
    const pack = packAll(repository);
    expect(pack.length).toBeLessThan(400_000);
    expectRefusal(pack, /an object of 300000000 bytes, more than 16777216/, 5);
  });

  test('a delta that makes 1 GB out of 64 kB', () => {
    const base = blob(Buffer.alloc(0x10000));
    const delta = Buffer.from([
      ...numberBytes(0x10000),
      ...numberBytes(2 ** 30),
      ...Array(2 ** 14).fill(0x80),
    ]);
    const distance = [((base.length >> 7) - 1) | 0x80, base.length & 0x7f];
    const pack = makePack(
      base,
      entry(6, delta.length, deflateSync(delta), base.length < 0x80 ? [base.length] : distance),
    );
    expectRefusal(pack, /an object of 1073741824 bytes/, 5);
  });

  test('many objects, each of which would be allowed', () => {
    const one = blob(Buffer.alloc(15 * MIB));
    expectRefusal(
      makePack(...Array<Buffer>(100).fill(one)),
      /too many bytes in all, more than 67108864/,
      100,
    );
  });

  test('more objects than it has bytes for', () => {
    const body = makePack().subarray(0, -20);
    body.writeUInt32BE(0xffffffff, 8);
    expectRefusal(sign(body), /4294967295 objects/, 5);
  });
});
