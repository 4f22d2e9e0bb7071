import { expect, test } from 'vitest';
import { matchesPatternList } from '../../../src/core/git/pattern-list.ts';

test.each([
  ['git', 'git', true],
  ['git', 'file,git', true],
  ['git', 'file', false],
  ['git', 'Git', false],
  ['git', '*', true],
  ['git', 'g*', true],
  ['git', '*t', true],
  ['git', 'g?t', true],
  ['git', 'gi?t', false],
  ['git', '***', true],
  ['git', 'git*', true],
  ['git', 'gi', false],
  ['git', '', false],
  ['', '*', true],
  ['git', '!git,*', false],
  ['git', '*,!git', false],
  ['git', '!file', false],
  ['git', '!file,*', true],
  ['a.git.git', '*.git', true],
  ['g.t', 'g.t', true],
  ['gxt', 'g.t', false],
])('%j in %j: %s', (text, list, isIn) => {
  expect(matchesPatternList(text, list)).toBe(isIn);
});

test('a pattern of many stars ends in time', () => {
  expect(matchesPatternList('a'.repeat(20_000), `${'*a'.repeat(200)}b`)).toBe(false);
});
