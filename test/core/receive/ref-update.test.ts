import { expect, test } from 'vitest';
import { parseRefUpdates } from '../../../src/core/receive/ref-update.ts';

const [A, B, NOTHING] = ['a'.repeat(40), 'b'.repeat(40), '0'.repeat(40)];

test('each line is a ref that is moved, made or deleted', () => {
  const lines = [
    `${A} ${B} refs/heads/main`,
    `${NOTHING} ${A} refs/heads/new branch`,
    `${A} ${NOTHING} refs/tags/v1`,
  ];
  expect(parseRefUpdates(`${lines.join('\n')}\n`)).toEqual([
    { ref: 'refs/heads/main', before: A, after: B },
    { ref: 'refs/heads/new branch', before: null, after: A },
    { ref: 'refs/tags/v1', before: A, after: null },
  ]);
});

test('no line is no update', () => {
  expect(parseRefUpdates('')).toEqual([]);
});

test.each([
  ['too short', `${A} refs/heads/main`],
  ['of sha256', `${'a'.repeat(64)} ${'b'.repeat(64)} refs/heads/main`],
  ['without a ref', `${A} ${B} main`],
])('a line that is %s is not passed over', (_what, line) => {
  expect(() => parseRefUpdates(`${line}\n`)).toThrow('a line of another form');
});
