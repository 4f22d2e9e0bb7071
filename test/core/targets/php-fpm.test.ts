import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFile } from '../../../src/core/grammar.ts';
import { phpFpm } from '../../../src/core/targets/php-fpm.ts';
import { anyText } from './any-text.ts';

const encode = (text: string): string | null => {
  const encoding = phpFpm.encodeValue(text);
  return encoding.possible ? encoding.text : null;
};

const ruleOf = (text: string): string | null => {
  const encoding = phpFpm.encodeValue(text);
  return encoding.possible ? null : encoding.rule;
};

/** Every kind of value that php-fpm 8.2 was measured with, and its one spelling. */
const spellings: readonly (readonly [why: string, value: string, spelling: string])[] = [
  ['a word that is true elsewhere', 'yes', '"yes"'],
  ['a word that is true elsewhere, in capitals', 'ON', '"ON"'],
  ['a word that is nothing elsewhere', 'null', '"null"'],
  ['a word that php-fpm refuses without quotes', 'none', '"none"'],
  ['digits', '007', '"007"'],
  ['an exponent', '1e3', '"1e3"'],
  ['nothing, which php-fpm takes in one spelling only', '', '"$"'],
  ['blanks at both ends', ' a\t', '" a\t"'],
  ['a semicolon', 'a;b', '"a;b"'],
  ['an equals sign', 'a=b', '"a=b"'],
  ['operators', '1|2&3^~!4', '"1|2&3^~!4"'],
  ['brackets', '(a)[b]{c}', '"(a)[b]{c}"'],
  ['characters that stand for themselves', '#%,:/@<>?*`', '"#%,:/@<>?*`"'],
  ['a dollar inside', 'a$HOME', '"a\\$HOME"'],
  ['dollars at the end', 'a$$', '"a\\$\\$"'],
  ['a placeholder inside', 'a${X}', '"a\\${X}"'],
  ['a backslash', 'a\\b', '"a\\\\b"'],
  ['a backslash at the end', 'a\\', '"a\\\\"'],
  ['a letter behind a backslash', '\\n', '"\\\\n"'],
  ['double quotes', 'a"b', '"a\\"b"'],
  ['single quotes', "it's", '"it\'s"'],
  ['the name of a constant', 'PHP_VERSION', '"PHP_VERSION"'],
  ['the spelling of a line feed itself', '"PHP_EOL"', '"\\"PHP_EOL\\""'],
  ['other alphabets', '中文😀', '"中文😀"'],
  ['control characters', '\u0001\u001f\u007f\u0085', '"\u0001\u001f\u007f\u0085"'],
  ['a CR', 'a\rb', '"a\rb"'],
  ['a double quote before a CR, which would end the string', 'a"\rb', '"a\\"""\rb"'],
  ['a line feed', 'a\nb', '"a"PHP_EOL"b"'],
  ['line feeds at both ends', '\na\n', '""PHP_EOL"a"PHP_EOL""'],
  ['CRLF behind a double quote', '"\r\n', '"\\"""\r"PHP_EOL""'],
  ['a dollar at the start of a later line', 'a\n$b', '"a"PHP_EOL"\\$b"'],
];

describe('a value has one spelling', () => {
  test.each(spellings)('%s', (_why, value, spelling) => {
    expect(encode(value)).toBe(spelling);
  });
});

describe('a value that php-fpm cannot carry breaks a rule', () => {
  test.each([
    ['nul', 'a\0b'],
    ['leading-dollar', '$'],
    ['leading-dollar', '$HOME'],
    ['leading-dollar', '$$'],
    ['leading-dollar', '${X}'],
    ['pool-placeholder', 'a$pool'],
    ['pool-placeholder', 'a\n$pools'],
    ['ill-formed', 'a\ud800'],
    ['ill-formed', '\udc00'],
    [null, ' $HOME'],
    [null, 'a$ pool'],
    [null, 'pool'],
  ])('%s: %j', (rule, value) => {
    expect(ruleOf(value)).toBe(rule);
  });
});

/** Pieces that meet each other in every order. */
const tricky = fc
  .array(fc.constantFrom('\\', '"', '$', '\r', '\n', "'", 'PHP_EOL', 'pool', ' ', ';', 'a', '中', '{'), {
    maxLength: 12,
  })
  .map((pieces) => pieces.join(''));

describe('laws', () => {
  test('what is encoded is read back', () => {
    fc.assert(
      fc.property(fc.oneof(tricky, anyText), (value) => {
        const encoded = encode(value);
        fc.pre(encoded !== null);
        const line = phpFpm.encodeLine('NAME', encoded ?? '');
        const { value: parsed } = parseFile('php-fpm', Buffer.from(line), 'x');
        expect(parsed?.variables.get('NAME')).toBe(value);
      }),
      { numRuns: 5_000 },
    );
  });

  test('any string is encoded or breaks a documented rule', () => {
    fc.assert(
      fc.property(fc.oneof(tricky, anyText), (value) => {
        const isImpossible = value.includes('\0') || value.startsWith('$') || value.includes('$pool');
        expect(ruleOf(value) !== null).toBe(isImpossible);
      }),
      { numRuns: 5_000 },
    );
  });

  test('no encoding has a line end or leaves its line', () => {
    fc.assert(
      fc.property(tricky, (value) => {
        expect(encode(value) ?? '').not.toContain('\n');
      }),
    );
  });

  test('one changed character of a line gives another value or is refused', () => {
    fc.assert(
      fc.property(
        tricky,
        fc.nat(),
        fc.constantFrom('"', '\\', '$', '\r', ' ', 'x', '\n', ';'),
        (value, place, character) => {
          const line = phpFpm.encodeLine('NAME', encode(value) ?? '""');
          const at = place % line.length;
          const changed = line.slice(0, at) + character + line.slice(at + 1);
          fc.pre(changed !== line);
          const { value: parsed } = parseFile('php-fpm', Buffer.from(changed), 'x');
          expect(parsed?.variables.get('NAME')).not.toBe(value);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
