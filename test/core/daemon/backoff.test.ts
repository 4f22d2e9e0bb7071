import { describe, expect, test } from 'vitest';
import { countFailure, isTooSoon, NO_FAILURES } from '../../../src/core/daemon/backoff.ts';
import { countHeal, isFought } from '../../../src/core/daemon/drift-guard.ts';
import type { Reason } from '../../../src/core/daemon/reason.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const later = (seconds: number): Date => new Date(NOW.getTime() + seconds * 1000);
const failed = (times: number) =>
  Array.from({ length: times }).reduce<typeof NO_FAILURES>(
    (sum) => countFailure(sum, true, NOW),
    NO_FAILURES,
  );
const polls = new Set<Reason>(['poll']);

describe('polls after failures', () => {
  test.each([
    [0, 0],
    [1, 10],
    [2, 20],
    [3, 40],
    [7, 640],
    [8, 900],
    [40, 900],
  ])('%i in a row make it wait %i s', (times, seconds) => {
    if (seconds > 0) expect(isTooSoon(polls, failed(times), later(seconds - 1))).toBe(true);
    expect(isTooSoon(polls, failed(times), later(seconds))).toBe(false);
  });

  test('go on at once where somebody knows of something new', () => {
    expect(isTooSoon(new Set(['poll', 'push']), failed(9), NOW)).toBe(false);
  });

  test('begin anew after a success, and when the clock was set back', () => {
    expect(isTooSoon(polls, countFailure(failed(9), false, NOW), NOW)).toBe(false);
    expect(isTooSoon(polls, failed(9), later(-1))).toBe(false);
  });
});

describe('a file that is put back again and again', () => {
  test('is fought over after three times within a minute, and no more when a minute has gone', () => {
    const heals = [0, 1, 2].reduce((sum, seconds) => countHeal(sum, later(seconds)), [] as readonly number[]);
    expect(isFought(heals.slice(0, 2), later(2))).toBe(false);
    expect(isFought(heals, later(2))).toBe(true);
    expect(isFought(heals, later(59))).toBe(true);
    expect(isFought(heals, later(61))).toBe(false);
  });

  test('is not remembered for ever', () => {
    const heals = Array.from({ length: 100 }, (_, i) => i).reduce(
      (sum, minute) => countHeal(sum, later(minute * 60)),
      [] as readonly number[],
    );
    expect(heals).toHaveLength(1);
  });
});
