import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { localRepoSource } from '../../../../src/adapters/git/local.ts';
import { SNAPSHOT_LIMITS } from '../../../../src/adapters/snapshot-rules.ts';
import { dropVersion, startRelay } from '../../../helpers/bending-relay.ts';
import type { GitRepository } from '../../../helpers/git-repository.ts';
import { openAt, serveRepository } from './snapshot-setup.ts';

/** Makes commits, each with the numbers of its parents, by one git process. Each is kept by a ref. Gives their names. */
function makeHistory(repository: GitRepository, history: readonly (readonly number[])[]): readonly string[] {
  const commits = history.map((parents, index) => {
    const [first, ...others] = parents.map((parent) => `:${parent + 1}`);
    const from =
      first === undefined ? '' : `from ${first}\n${others.map((each) => `merge ${each}\n`).join('')}`;
    const content = `A: ${index}\n`;
    return [
      `reset refs/heads/b${index}\n`,
      `commit refs/heads/b${index}\nmark :${index + 1}\ncommitter T <t@example.com> ${1_000_000 + index} +0000\ndata 0\n`,
      `${from}M 100644 inline env/common.yaml\ndata ${content.length}\n${content}\n`,
    ].join('');
  });
  const options = { cwd: repository.path, input: commits.join(''), stdio: 'pipe' } as const;
  execFileSync('git', ['fast-import', '--quiet', '--force'], options);
  return history.map((_, index) => repository.git('rev-parse', `refs/heads/b${index}`));
}

/** `git rev-list`, newest first. */
function listBetween(repository: GitRepository, tip: string, live: string): readonly string[] {
  return repository.git('rev-list', tip, `^${live}`).split('\n').filter(Boolean);
}

const filters = [
  ['a server that can leave out files', true],
  ['a server that cannot', false],
] as const;

//   0 ─ 1 ─ 2 ─ 3 ─── 5 (merge of 3 and 4) ─ 6      7 (after 1)      8 (another root)
//        └─────── 4 ──┘
const HISTORY = [[], [0], [1], [2], [1], [3, 4], [5], [1], []] as const;

describe.each(filters)('the way from a live commit, asked of %s', (_what, canFilter) => {
  test.each<[tip: number, live: number, relation: string, commits: readonly number[]]>([
    [3, 3, 'same', []],
    [3, 2, 'fast-forward', [3]],
    [3, 0, 'fast-forward', [1, 2, 3]],
    [5, 3, 'fast-forward', [4, 5]],
    [5, 4, 'fast-forward', [2, 3, 5]],
    [6, 3, 'fast-forward', [4, 5, 6]],
    [6, 1, 'fast-forward', [2, 3, 4, 5, 6]],
    [2, 3, 'behind', []],
    [0, 6, 'behind', []],
    [4, 6, 'behind', []],
    [7, 3, 'rewritten', []],
    [4, 3, 'rewritten', []],
    [8, 6, 'rewritten', []],
    [6, 8, 'rewritten', []],
  ])('%i after %i: %s', async (tip, live, relation, commits) => {
    const { repository, open } = await serveRepository();
    repository.git('config', 'uploadpack.allowFilter', String(canFilter));
    const names = makeHistory(repository, HISTORY);
    const advance = await open().compare(names[tip]!, names[live]!);
    expect(advance.relation).toBe(relation);
    expect(advance.commits?.map(({ oid }) => names.indexOf(oid)).sort()).toEqual(commits);
    if (relation === 'fast-forward') expect(advance.commits?.[0]?.oid).toBe(names[tip]);
  });
});

test('any two commits of any history relate as the repository itself says', async () => {
  const { repository, open } = await serveRepository();
  repository.git('config', 'uploadpack.allowFilter', 'true');
  const local = localRepoSource({
    path: repository.path,
    tracked: { kind: 'branch', name: 'main' },
    limits: SNAPSHOT_LIMITS,
  });
  const parents = fc.uniqueArray(fc.integer({ min: 1, max: 4 }), { minLength: 0, maxLength: 2 });
  const histories = fc
    .array(parents, { minLength: 2, maxLength: 12 })
    .map((all) => all.map((back, index) => back.map((by) => index - by).filter((each) => each >= 0)));
  await fc.assert(
    fc.asyncProperty(histories, fc.nat(), fc.nat(), async (history, a, b) => {
      const names = makeHistory(repository, history);
      const [tip, live] = [names[a % names.length]!, names[b % names.length]!];
      const [found, expected] = [await open().compare(tip, live), await local.compare(tip, live)];
      expect(found.relation).toBe(expected.relation);
      const oids = found.commits?.map(({ oid }) => oid).sort();
      expect(oids).toEqual(expected.commits?.map(({ oid }) => oid).sort());
      if (found.relation === 'fast-forward')
        expect(oids).toEqual([...listBetween(repository, tip, live)].sort());
    }),
    { numRuns: 40 },
  );
});

describe('a live commit that the server', () => {
  test('does not have any more was rewritten away', async () => {
    const { repository, open } = await serveRepository();
    const names = makeHistory(repository, [[], [0], [1]]);
    expect(await open().compare(names[2]!, '1'.repeat(40))).toEqual({ relation: 'rewritten', commits: [] });
  });

  test('has lost is not needed where the next commit names it', async () => {
    const { repository, open } = await serveRepository();
    const [first = '', second = ''] = makeHistory(repository, [[], [0]]);
    const source = open();
    await source.read(first);
    expect((await source.compare(second, first)).relation).toBe('fast-forward');
  });

  test('hides parts of: a merged commit that it leaves out is not passed over', async () => {
    const { repository, server } = await serveRepository();
    repository.git('config', 'uploadpack.allowFilter', 'true');
    // The tip merges the live commit 1 and an alien 2; the server says that 2 belongs to 1.
    const names = makeHistory(repository, [[], [0], [], [1, 2]]);
    const relay = await startRelay(server.url, {
      request: (asked) => {
        const have = `0032have ${names[1]}\n`;
        const lie = `0032have ${names[2]}\n`;
        return { ...asked, body: Buffer.from(asked.body.toString().replace(have, `${have}${lie}`)) };
      },
    });
    const compare = async () => await openAt(`${relay.url}/.git`).compare(names[3]!, names[1]!);
    expect(await compare()).toEqual({ relation: 'unknown', commits: [] });
    relay.bend({});
    expect((await compare()).commits?.map(({ oid }) => names.indexOf(oid)).sort()).toEqual([2, 3]);
  });

  test('says that it is newer, without showing it, may be so or not', async () => {
    const { repository, server } = await serveRepository();
    const names = makeHistory(repository, [[], [0], [0]]);
    const relay = await startRelay(server.url, {
      request: (asked) => {
        const have = `0032have ${names[1]}\n`;
        const lie = `0032have ${names[2]}\n`;
        return { ...asked, body: Buffer.from(asked.body.toString().replace(have, `${have}${lie}`)) };
      },
    });
    const source = openAt(`${relay.url}/.git`);
    expect((await source.compare(names[2]!, names[1]!)).relation).toBe('unknown');
  });
});

test('a branch that was older than 256 commits of the live one is merged', async () => {
  const { repository, open, server } = await serveRepository();
  repository.git('config', 'uploadpack.allowFilter', 'true');
  const line = Array.from({ length: 300 }, (_, i) => (i === 0 ? [] : [i - 1]));
  const names = makeHistory(repository, [...line, [3], [299, 300]]);
  const advance = await open().compare(names[301]!, names[299]!);
  expect(advance.relation).toBe('fast-forward');
  expect(advance.commits?.map(({ oid }) => names.indexOf(oid)).sort()).toEqual([300, 301]);
  expect(server.requests().length).toBeLessThanOrEqual(5);
});

test('a history that is too large to tell leaves it unknown', async () => {
  const { repository, open } = await serveRepository();
  const noise = execFileSync('openssl', ['rand', '-base64', '300000'], { encoding: 'utf8' });
  const live = repository.commit({ 'env/common.yaml': 'A: 1\n' });
  repository.commit({ 'env/noise': noise });
  const tip = repository.commit({ 'env/noise': '' });
  const source = open({ limits: { packBytes: 100_000 } });
  expect(await source.compare(tip, live)).toEqual({ relation: 'unknown', commits: [] });
  expect((await source.read(tip)).files.size).toBe(2);
});

test('a server of version 0 is asked for histories too', async () => {
  const { repository, server } = await serveRepository();
  const relay = await startRelay(server.url, { request: dropVersion });
  const names = makeHistory(repository, HISTORY);
  const source = openAt(`${relay.url}/.git`);
  for (const [tip, live, relation] of [
    [6, 1, 'fast-forward'],
    [6, 3, 'fast-forward'],
    [1, 6, 'behind'],
    [7, 6, 'rewritten'],
  ] as const)
    expect((await source.compare(names[tip]!, names[live]!)).relation).toBe(relation);
});
