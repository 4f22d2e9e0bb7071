import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Measure } from '../../../src/core/notice/cut-text.ts';
import { bytesOf, cutText, jsonBytesOf, unitsOf } from '../../../src/core/notice/cut-text.ts';

const MEASURES: readonly (readonly [string, Measure])[] = [
  ['bytes of UTF-8', bytesOf],
  ['bytes of JSON', jsonBytesOf],
  ['UTF-16 units', unitsOf],
];
const FAMILY = '👨‍👩‍👧‍👦';

describe.each(MEASURES)('a text that is cut by %s', (_name, sizeOf) => {
  test('fits, and is the beginning of the whole one', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 3, max: 120 }), (text, limit) => {
        const cut = cutText(text, limit, sizeOf);
        expect(sizeOf(cut)).toBeLessThanOrEqual(limit);
        if (sizeOf(text) <= limit) expect(cut).toBe(text);
        else expect(text.startsWith(cut.replace(/…$/, ''))).toBe(true);
      }),
    );
  });
});

test.each([
  ['配置文件不对', 18, '配置文件不对'],
  ['配置文件不对', 17, '配置文件…'],
  ['配置文件不对', 14, '配置文…'],
  ['abc', 3, 'abc'],
  ['abcd', 3, '…'],
  [`a${FAMILY}b`, 10, 'a…'],
  ['e\u0301e\u0301e\u0301', 7, 'e\u0301…'],
])('%j in %i bytes is %j', (text, limit, expected) => {
  expect(cutText(text, limit, bytesOf)).toBe(expected);
});
