import { describe, expect, test } from 'vitest';
import { ERRORS } from '../../../src/core/errors.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { writeNotice } from '../../../src/core/notice/write-notice.ts';
import { NOTICE, ONE, PHP_FILE } from '../../helpers/run-reports.ts';

const write = (notice: Partial<Notice>) => writeNotice({ ...NOTICE, ...notice });

test('a failure says what, where and what to do', () => {
  expect(write({})).toEqual({
    title: '[php-env-reconciler] php-143-117 (func-01) failed: YAML_SYNTAX',
    lines: [
      'host: php-143-117',
      'environment: func-01',
      `commit: ${ONE}`,
      'error: YAML_SYNTAX, exit code 14',
      `hint: ${ERRORS.YAML_SYNTAX.hint}`,
      'where: env/common.yaml:3:7',
      'time: 2026-01-02T03:04:05.000Z',
    ],
  });
});

const CHANGES = [{ kind: 'replace', path: PHP_FILE }] as const;

test.each<[Partial<Notice>, string]>([
  [{ kind: 'undone', code: 'APPLY_UNDONE' }, 'does not take commit 111111111111: it is held'],
  [{ kind: 'recovered', code: null }, 'is well again: commit 111111111111 is live'],
  [{ kind: 'recovered', code: null, commit: null }, 'is well again: the state before is live'],
  [{ kind: 'applied', code: null }, 'took commit 111111111111'],
  [{ kind: 'healed', code: null, changes: CHANGES }, 'put back a file that somebody changed'],
  [{ kind: 'healed', changes: [...CHANGES, ...CHANGES] }, 'put back 2 files that somebody changed'],
  [{ code: 'BUG' }, 'failed: BUG'],
])('%j is titled %j', (notice, headline) => {
  expect(write(notice).title).toBe(`[php-env-reconciler] php-143-117 (func-01) ${headline}`);
});

test('what was done, and since when it failed, have a line each', () => {
  const since = '2026-01-01T00:00:00.000Z';
  const { lines } = write({ kind: 'recovered', code: null, places: [], changes: CHANGES, reloads: 1, since });
  expect(lines.slice(3)).toEqual([
    `done: replaced ${PHP_FILE}, reloaded php-fpm and proved it`,
    `since: ${since}`,
    'time: 2026-01-02T03:04:05.000Z',
  ]);
});

describe('names', () => {
  test('cannot turn the direction of writing or begin a line', () => {
    const { title, lines } = write({
      host: 'a\n\u202eb',
      places: [{ file: 'env/\u0007.yaml', line: 1, column: 1 }],
    });
    expect([title, ...lines].join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test('of great length leave room for the rest', () => {
    const { title } = write({ host: '主'.repeat(1000), environment: 'x'.repeat(1000) });
    expect(Buffer.byteLength(title)).toBeLessThan(500);
  });

  test('of many places are five, and how many more there are', () => {
    const places = Array.from({ length: 12 }, (_, i) => ({
      file: 'env/common.yaml',
      line: i + 1,
      column: 1,
    }));
    expect(write({ places }).lines).toContain(
      'where: env/common.yaml:1:1, env/common.yaml:2:1, env/common.yaml:3:1, env/common.yaml:4:1, env/common.yaml:5:1 and 7 more',
    );
  });
});
