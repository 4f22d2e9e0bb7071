import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFile } from '../../../src/core/grammar.ts';
import { shell } from '../../../src/core/targets/shell.ts';
import { anyText } from './any-text.ts';

const encode = (text: string): string | null => {
  const encoding = shell.encodeValue(text);
  return encoding.possible ? encoding.text : null;
};

describe('a value has one spelling', () => {
  test.each([
    ['', "''"],
    ['a', "'a'"],
    ["it's", "'it'\\''s'"],
    ["'", "''\\'''"],
    ['$HOME `id` "x" \\', '\'$HOME `id` "x" \\\''],
    ['a\nb\r', "'a\nb\r'"],
    ['$pool', "'$pool'"],
  ])('%j', (value, spelling) => {
    expect(encode(value)).toBe(spelling);
  });
});

test('only NUL and half a character cannot be carried', () => {
  fc.assert(
    fc.property(anyText, (value) => {
      expect(encode(value) === null).toBe(value.includes('\0'));
    }),
  );
  expect(shell.encodeValue('\ud83d')).toEqual({ possible: false, rule: 'ill-formed' });
});

test('what is encoded is read back', () => {
  const quotes = fc
    .array(fc.constantFrom("'", '\\', '\n', "'\\''", 'export X=', '#', '=', 'a'))
    .map((all) => all.join(''));
  fc.assert(
    fc.property(fc.array(fc.oneof(quotes, anyText)), (values) => {
      const lines = values.map((value, index) => shell.encodeLine(`V${index}`, encode(value) ?? ''));
      fc.pre(values.every((value) => encode(value) !== null));
      const { value: parsed } = parseFile('shell', Buffer.from(lines.join('')), 'x');
      expect([...(parsed?.variables.values() ?? [])]).toEqual(values);
    }),
    { numRuns: 2_000 },
  );
});
