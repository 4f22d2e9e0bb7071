import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeText } from '../../src/core/decode.ts';
import { placesOf } from '../helpers/yaml-nodes.ts';

const utf8 = (text: string) => [...new TextEncoder().encode(text)];

test.each([
  ['a lone continuation byte', [0x61, 0x80], '1:2'],
  ['Latin-1', [...utf8('a\né😀'), 0xe9, 0x0a], '2:3'],
  ['a cut character at the end', [...utf8('a: \ufffd'), 0xe2, 0x82], '1:5'],
  ['an overlong form', [0xc0, 0xaf], '1:1'],
  ['a surrogate', [0xed, 0xa0, 0x80], '1:1'],
  ['beyond Unicode', [0xf4, 0x90, 0x80, 0x80], '1:1'],
])('%s is refused at its place', (_, bytes, place) => {
  expect(placesOf(decodeText('f', new Uint8Array(bytes), 99).complaints)).toEqual([`${place} TEXT_ENCODING`]);
});

test.each([
  ['a byte order mark', '\ufeffa', 'byte order mark'],
  ['CRLF line ends, once', 'a\r\nb\r\n', 'carriage return (2 of them): save the file with LF'],
  ['NUL', 'a\0', 'NUL'],
  ['another control character', 'a\x07', 'write "\\x07" in double quotes'],
])('%s: refused with what to do', (_, text, message) => {
  const { complaints } = decodeText('f', new Uint8Array(utf8(text)), 99);
  expect(complaints).toHaveLength(1);
  expect(complaints[0]?.message).toContain(message);
});

test('any text of LF, TAB and printable characters comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.startsWith('\ufeff'));
      expect(decodeText('f', new Uint8Array(utf8(`${text}\n\t`)), 9999).value).toBe(`${text}\n\t`);
    }),
  );
});

test('a file above the limit is refused by its size alone', () => {
  expect(placesOf(decodeText('f', new Uint8Array(100), 99).complaints)).toEqual(['1:1 FILE_TOO_LARGE']);
});
