import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeMatcher } from '../../../src/core/pattern/match-pattern.ts';
import { parsePattern } from '../../../src/core/pattern/parse-pattern.ts';

function match(pattern: string, text: string): string {
  const parsed = parsePattern(pattern);
  return parsed.ok ? makeMatcher(parsed.root).match(text) : parsed.message;
}

test.each([
  ['[0-9]+\\.[0-9]+', '1.10', true],
  ['[0-9]+\\.[0-9]+', '1.10 ', false],
  ['^https?://.+$', 'https://x', true],
  ['a|bc', 'bc', true],
  ['a|bc', 'ac', false],
  ['(?:ab){2,3}', 'ababab', true],
  ['(ab){2,3}', 'abababab', false],
  ['a{0}', '', true],
  ['', '', true],
  ['', 'a', false],
  ['.', '😀', true],
  ['.', '\n', false],
  ['[^a]', '\n', true],
  ['[\\d-]+', '1-2', true],
  ['[a\\]]+', 'a]', true],
  ['\\u{1F600}\\x41\\u00e9', '😀Aé', true],
  ['(a*)*', 'aaa', true],
  ['(|a)+', 'aa', true],
  ['a^b', 'ab', false],
  ['(^a|b)+', 'abb', true],
  ['\\s\\S\\w\\W\\D', ' xx-x', true],
])('%j against %j: %j', (pattern, text, matches) => {
  expect(match(pattern, text)).toBe(matches ? 'matches' : 'differs');
});

test.each([
  ['(?=a)', 'lookaround'],
  ['(?<n>a)', 'named groups'],
  ['(a)\\1', '\\1 is not supported'],
  ['\\b', '\\b is not supported'],
  ['\\p{L}', '\\p is not supported'],
  ['(a', 'a ) is missing'],
  ['a)', 'unexpected )'],
  ['[a', 'ends too early'],
  ['[z-a]', 'in order'],
  ['*a', '* stands alone'],
  ['^*', 'nothing to repeat'],
  ['a{', 'needs a number'],
  ['a{2,1}', 'n not above m'],
  ['a{9999}', 'above 1000'],
  ['(a{1000}){1000}', 'too large'],
  ['('.repeat(400), 'deep'],
  ['a'.repeat(1001), 'longer than'],
  ['\\u{110000}', 'not a character'],
  ['a\\', 'ends too early'],
])('%j is refused: %j', (pattern, reason) => {
  expect(match(pattern, '')).toContain(reason);
});

test('gives the verdict of the engine of JavaScript', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '(a|b)',
    '(ab)',
    '(|a)',
    '^',
    '$',
    '|',
    'a*',
    '(ab)*',
    'b+?',
    'a?',
    '(a|b){1,2}',
    '(a*){2}',
    'é',
    '[a-c]*',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 6 }),
      fc.string({ unit: fc.constantFrom('a', 'b', '1', 'é', '\n'), maxLength: 6 }),
      (pieces, text) => {
        const pattern = pieces.join('');
        const expected = new RegExp(`^(?:${pattern})$`, 'u').test(text) ? 'matches' : 'differs';
        expect(match(pattern, text)).toBe(expected);
      },
    ),
    { numRuns: 3000 },
  );
});

describe('no pattern hangs', () => {
  test.each([
    '(a*)*b',
    '(a|a)*b',
    '(a|aa)+b',
    '.*.*.*.*.*x',
    '(.*)(.*)(.*)(.*)(.*)x',
    '(a?){500}a{500}',
    '(a*){900}b',
    '(a{1,30}){1,30}b',
    '(a|b)*a(a|b){500}',
    `[${Array.from({ length: 300 }, (_, at) => String.fromCodePoint(0x400 + at * 2)).join('')}a]*`.repeat(3),
  ])('%s on 131,071 letters', (pattern) => {
    const text = 'a'.repeat(131_071);
    const before = process.cpuUsage();
    expect(['matches', 'differs', 'too-costly']).toContain(match(pattern, text));
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(1000);
  });
});
