import { expect, test } from 'vitest';
import { clampHolds, holdContent, isHolding, releaseContent } from '../../src/core/hold.ts';
import type { Held } from '../../src/core/types.ts';

const NOON = new Date('2026-11-22T12:00:00Z');
const FAILURE = { fingerprint: 'f', commit: 'c', reason: 'php-fpm died', basis: 'b' };

function minutesAfter(date: Date, minutes: number): Date {
  return new Date(date.getTime() + minutes * 60_000);
}

/** Content that failed so often, each time at noon. */
function failed(times: number): Held {
  let held: readonly Held[] = [];
  for (let i = 0; i < times; i++) held = holdContent(held, FAILURE, NOON);
  return held[0] as Held;
}

test.each([
  [1, 10],
  [2, 20],
  [3, 40],
  [4, 80],
])('content that failed %i times is tried again after %i minutes', (times, minutes) => {
  const held = failed(times);
  expect(isHolding(held, 'b', minutesAfter(NOON, minutes - 0.1))).toBe(true);
  expect(isHolding(held, 'b', minutesAfter(NOON, minutes))).toBe(false);
});

test('content that failed five times is not tried again', () => {
  expect(failed(5)).toMatchObject({ tries: 5, until: null });
  expect(isHolding(failed(5), 'b', minutesAfter(NOON, 10_000_000))).toBe(true);
});

test('it is tried once more, and counts anew, where php-fpm or its main configuration changed', () => {
  expect(isHolding(failed(5), 'other', NOON)).toBe(false);
  expect(holdContent([failed(5)], { ...FAILURE, basis: 'other' }, NOON)).toMatchObject([{ tries: 1 }]);
});

test('a configuration that changes all the time shortens no waiting', () => {
  expect(isHolding(failed(1), 'other', NOON)).toBe(true);
  expect(holdContent([failed(1)], { ...FAILURE, basis: 'other' }, NOON)).toMatchObject([{ tries: 2 }]);
});

test('a clock that was years ahead holds nothing for years', () => {
  const held = holdContent([], FAILURE, new Date('2036-11-22T12:00:00Z'));
  const [clamped] = clampHolds(held, NOON);
  expect(clamped?.until).toBe(minutesAfter(NOON, 10).toISOString());
});

test('what waits no longer than content ever does stays as it is', () => {
  const held = [failed(1), failed(4), failed(5)];
  expect(clampHolds(held, NOON)).toEqual(held);
});

test('content that was proven is not held any more', () => {
  expect(releaseContent([failed(2)], 'f')).toEqual([]);
  expect(releaseContent([failed(2)], 'other')).toHaveLength(1);
});

test('the oldest of more than twenty is forgotten', () => {
  let held: readonly Held[] = [];
  for (let i = 0; i < 21; i++) held = holdContent(held, { ...FAILURE, fingerprint: `f${i}` }, NOON);
  expect([held.length, held[0]?.fingerprint]).toEqual([20, 'f1']);
});
