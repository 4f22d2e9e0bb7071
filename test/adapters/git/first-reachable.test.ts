import { beforeEach, describe, expect, test } from 'vitest';
import { firstReachable } from '../../../src/adapters/git/first-reachable.ts';
import { ReconcileError } from '../../../src/core/errors.ts';
import { FakeGitSource } from '../../helpers/fakes/git-source.ts';

let [main, mirror] = [new FakeGitSource(), new FakeGitSource()];
let told: string[] = [];
beforeEach(() => {
  [main, mirror] = [new FakeGitSource(), new FakeGitSource()];
  told = [];
});

function open() {
  const sources = [
    { name: 'https://main/env.git', source: main },
    { name: 'https://mirror/env.git', source: mirror },
  ] as const;
  return firstReachable([...sources], (failure) => told.push(failure.code));
}

/** Equal histories give equal commits. */
function commitBoth(value: string): string {
  mirror.commit({ 'env/common.yaml': value });
  return main.commit({ 'env/common.yaml': value });
}

describe('a repository with a mirror', () => {
  test('is asked alone while it answers', async () => {
    const commit = commitBoth('A: 1');
    const source = open();
    expect(await source.probe()).toBe(commit);
    expect((await source.read(commit)).commit).toBe(commit);
    expect([mirror.probes, mirror.reads, told]).toEqual([0, 0, []]);
  });

  test.each(['SOURCE_UNREACHABLE', 'SOURCE_DENIED'] as const)(
    'is passed over after %s, and told',
    async (code) => {
      commitBoth('A: 1');
      const newer = mirror.commit({ 'env/common.yaml': 'A: 2' });
      main.fail(code);
      const source = open();
      expect(await source.probe()).toBe(newer);
      expect((await source.read(newer)).commit).toBe(newer);
      expect((await source.inspect(newer)).oid).toBe(newer);
      expect(told).toEqual([code]);
      main.recover();
      expect(await source.probe()).toBe(main.head);
    },
  );

  test.each(['SERVER_UNTRUSTED', 'SOURCE_BRANCH_MISSING'] as const)(
    'is not passed over after %s',
    async (code) => {
      commitBoth('A: 1');
      main.fail(code);
      await expect(open().probe()).rejects.toMatchObject({ code });
      expect(mirror.probes).toBe(0);
    },
  );

  test('that lags behind is no rewind', async () => {
    const old = commitBoth('A: 1');
    const live = main.commit({ 'env/common.yaml': 'A: 2' });
    mirror.commit({ 'env/common.yaml': 'A: 2' });
    mirror.head = old;
    main.fail('SOURCE_UNREACHABLE');
    const source = open();
    expect(await source.probe()).toBe(old);
    await expect(source.compare(old, live)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(/^https:\/\/main\/env.git does not answer, and its mirror .* is behind/),
    });
  });

  test('tells of all when none answers', async () => {
    main.fail('SOURCE_DENIED');
    mirror.fail('SOURCE_UNREACHABLE');
    const probe = open().probe();
    await expect(probe).rejects.toBeInstanceOf(ReconcileError);
    await expect(probe).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('; '),
    });
    expect(told).toEqual(['SOURCE_DENIED', 'SOURCE_UNREACHABLE']);
  });
});
