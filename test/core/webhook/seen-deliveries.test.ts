import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { SeenDeliveries } from '../../../src/core/webhook/seen-deliveries.ts';
import { isNewDelivery, rememberDelivery } from '../../../src/core/webhook/seen-deliveries.ts';

function rememberAll(ids: readonly (string | null)[], seen: SeenDeliveries = []): SeenDeliveries {
  return ids.reduce(rememberDelivery, seen);
}

const thousand = Array.from({ length: 1000 }, (_, index) => `id-${index}`);

test('an id is new once', () => {
  expect(isNewDelivery([], 'a')).toBe(true);
  expect(isNewDelivery(rememberAll(['a']), 'a')).toBe(false);
  expect(isNewDelivery(rememberAll(['a']), 'b')).toBe(true);
});

test('a delivery without an id is always new, and nothing is remembered of it', () => {
  expect(isNewDelivery(rememberAll([null]), null)).toBe(true);
  expect(rememberAll([null])).toEqual([]);
});

test('the last thousand are remembered', () => {
  const seen = rememberAll(thousand);
  expect(thousand.filter((id) => isNewDelivery(seen, id))).toEqual([]);
  expect(thousand.filter((id) => isNewDelivery(rememberDelivery(seen, 'one more'), id))).toEqual(['id-0']);
});

test('an id that comes again stays longer, and pushes no other one out', () => {
  const seen = rememberAll(['id-0', 'one more'], rememberAll(thousand));
  expect(thousand.filter((id) => isNewDelivery(seen, id))).toEqual(['id-1']);
});

test('no id is too long, and none takes more room', () => {
  const [long, longer] = ['x'.repeat(100_000), 'x'.repeat(100_001)];
  const seen = rememberAll([long]);
  expect([isNewDelivery(seen, long), isNewDelivery(seen, longer)]).toEqual([false, true]);
  expect(JSON.stringify(seen).length).toBeLessThan(100);
});

test('an id is not taken for what is remembered of another one', () => {
  const seen = rememberAll(['a']);
  expect(isNewDelivery(seen, seen[0] ?? '')).toBe(true);
});

test('says what a list of the last thousand different ids says', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 1100 }), { maxLength: 1500, size: 'max' }), (numbers) => {
      const ids = numbers.map(String);
      const last = [...new Set(ids.toReversed())].slice(0, 1000);
      const seen = rememberAll(ids);
      expect(seen.length).toBe(last.length);
      expect(last.filter((id) => isNewDelivery(seen, id))).toEqual([]);
    }),
    { numRuns: 10 },
  );
});
