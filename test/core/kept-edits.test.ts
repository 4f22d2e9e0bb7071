import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { EditFile } from '../../src/core/kept-edits.ts';
import {
  chooseDropped,
  EDIT_LIMITS,
  formatEditName,
  pairEdits,
  parseEditName,
} from '../../src/core/kept-edits.ts';

const hashOf = (text: string): string => text.repeat(64).slice(0, 64);
const edit = (number: number, hash: string): EditFile => ({ number, sha256: hashOf(hash), isBase: false });
const baseOf = (number: number, hash: string): EditFile => ({ ...edit(number, hash), isBase: true });

const file = fc.record({
  number: fc.integer({ min: 1, max: 99_999_999 }),
  sha256: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 64, maxLength: 64 }),
  isBase: fc.boolean(),
});

describe('the name of a kept edit', () => {
  test('is read back as it was written', () => {
    fc.assert(
      fc.property(file, (each) => {
        expect(parseEditName(formatEditName(each))).toEqual(each);
      }),
    );
  });

  test.each(['', 'x', '1-ab', `.00000001-${hashOf('a')}.0123456789abcdef.tmp`, `00000001-${hashOf('a')}x`])(
    'is not %j',
    (name) => {
      expect(parseEditName(name)).toBeNull();
    },
  );
});

/** Some edits and bases, each number once, with few hashes so that some repeat. */
const files = fc
  .uniqueArray(
    fc.record({
      number: fc.integer({ min: 1, max: 200 }),
      hash: fc.constantFrom('a', 'b', 'c', 'd'),
      base: fc.option(fc.constantFrom('a', 'b')),
      hasEdit: fc.boolean(),
    }),
    { selector: ({ number }) => number, maxLength: 120 },
  )
  .map((all) =>
    all.flatMap(({ number, hash, base, hasEdit }) => [
      ...(hasEdit ? [edit(number, `${hash}${number % 70}`)] : []),
      ...(base === null ? [] : [baseOf(number, base)]),
    ]),
  );

describe('what is dropped', () => {
  test('leaves the newest, within both limits, none twice, and no base alone', () => {
    fc.assert(
      fc.property(files, fc.integer({ min: 1, max: 400_000 }), (all, size) => {
        const dropped = new Set(chooseDropped(all, () => size));
        const pairs = pairEdits(all.filter((each) => !dropped.has(each)));
        const bytes = (all.length - dropped.size) * size;
        expect(pairs.length).toBeLessThanOrEqual(EDIT_LIMITS.edits);
        expect(bytes).toBeLessThanOrEqual(EDIT_LIMITS.bytes);
        expect(new Set(pairs.map((pair) => `${pair.edit.sha256} ${pair.base?.sha256}`)).size).toBe(
          pairs.length,
        );
        expect(pairs[0]).toEqual(pairEdits(all)[0]);
        expect(all.length - dropped.size).toBe(pairs.flatMap(({ base }) => (base ? [1, 2] : [1])).length);
      }),
    );
  });

  test('is nothing while there is room', () => {
    expect(chooseDropped([edit(1, 'a'), edit(2, 'b'), baseOf(2, 'a')], () => 1000)).toEqual([]);
  });

  test('is the oldest', () => {
    const all = Array.from({ length: 53 }, (_, i) => edit(i + 1, `${i}x`));
    expect(chooseDropped(all, () => 1)).toEqual(all.slice(0, 3));
    expect(chooseDropped(all.slice(0, 4), () => 4_000_000)).toEqual(all.slice(0, 2));
  });

  test('is never the newest, however large', () => {
    expect(chooseDropped([edit(1, 'a'), edit(2, 'b')], () => EDIT_LIMITS.bytes + 1)).toEqual([edit(1, 'a')]);
  });

  test('is what a newer one repeats, but not with another base', () => {
    const all = [edit(1, 'a'), edit(2, 'b'), edit(3, 'a'), edit(4, 'a'), baseOf(4, 'c')];
    expect(chooseDropped(all, () => 1)).toEqual([edit(1, 'a')]);
  });
});
