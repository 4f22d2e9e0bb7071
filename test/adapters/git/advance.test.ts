import { describe, expect, test } from 'vitest';
import { findAdvance } from '../../../src/adapters/git/advance.ts';
import type { Commit } from '../../../src/core/git/commit.ts';

/** `name: parents`; a commit is a second younger than the one above it, unless `times` says otherwise. */
const HISTORY = {
  a: '',
  b: 'a',
  c: 'b',
  d: 'c',
  side: 'b',
  merge: 'd side',
  rewritten: 'c',
  unrelated: '',
} as const;

type Name = keyof typeof HISTORY;

function find(history: Readonly<Record<string, string>>, times: Readonly<Record<string, number>> = {}) {
  return async (oid: string): Promise<Commit | null> => {
    const parents = history[oid];
    if (parents === undefined) return null;
    const committedAt = times[oid] ?? Object.keys(history).indexOf(oid);
    const payload = new Uint8Array();
    return {
      oid,
      parents: parents.split(' ').filter(Boolean),
      tree: '',
      committedAt,
      payload,
      signature: null,
    };
  };
}

const cases: readonly (readonly [tip: Name, live: Name, relation: string, commits: readonly Name[]])[] = [
  ['c', 'c', 'same', []],
  ['d', 'c', 'fast-forward', ['d']],
  ['d', 'a', 'fast-forward', ['b', 'c', 'd']],
  ['merge', 'c', 'fast-forward', ['d', 'merge', 'side']],
  ['merge', 'side', 'fast-forward', ['c', 'd', 'merge']],
  ['a', 'd', 'behind', []],
  ['side', 'merge', 'behind', []],
  ['rewritten', 'd', 'rewritten', []],
  ['side', 'd', 'rewritten', []],
  ['unrelated', 'merge', 'rewritten', []],
];

describe('a commit and one that was live', () => {
  test.each(cases)('%s after %s: %s', async (tip, live, relation, commits) => {
    const advance = await findAdvance(find(HISTORY), tip, live);
    expect(advance.relation).toBe(relation);
    expect(advance.commits?.map(({ oid }) => oid).sort()).toEqual(commits);
  });

  test.each(cases)('%s after %s: %s, whatever the clocks say', async (tip, live, relation, commits) => {
    const wrong = Object.fromEntries(Object.keys(HISTORY).map((name, i) => [name, 100 - i * 7]));
    const advance = await findAdvance(find(HISTORY, wrong), tip, live);
    expect(advance.relation).toBe(relation);
    expect(advance.commits?.map(({ oid }) => oid)).toEqual(expect.arrayContaining([...commits]));
  });

  test('that is gone was rewritten away', async () => {
    expect((await findAdvance(find(HISTORY), 'd', 'gone')).relation).toBe('rewritten');
  });

  test('behind the end of a shallow history, cannot be told', async () => {
    const shallow = { c: 'b', d: 'c', old: 'lost' };
    expect((await findAdvance(find(shallow), 'd', 'old')).relation).toBe('unknown');
    expect((await findAdvance(find(shallow), 'd', 'c')).relation).toBe('fast-forward');
  });

  test('with a hole beside the way, are not listed as if they were all', async () => {
    const shallow = { b: 'lost', c: 'b', side: 'lost', merge: 'c side' };
    const advance = await findAdvance(find(shallow), 'merge', 'c');
    expect(advance).toEqual({ relation: 'fast-forward', commits: null });
  });
});
