import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../../src/core/daemon/duration.ts';
import { jitterOf } from '../../../src/core/daemon/jitter.ts';
import { untilNext } from '../../../src/core/daemon/schedule.ts';

test('the moments of a host are a period apart, whenever the daemon begins', () => {
  fc.assert(
    fc.property(
      fc.string(),
      fc.integer({ min: 1000, max: 10_000_000 }),
      fc.date({ min: new Date(0), max: new Date('2200-01-01'), noInvalidDate: true }),
      (host, everyMs, now) => {
        const wait = untilNext(everyMs, host, now);
        expect(wait).toBeGreaterThan(0);
        expect(wait).toBeLessThanOrEqual(everyMs);
        expect((now.getTime() + wait - jitterOf(host, everyMs)) % everyMs).toBe(0);
        expect(untilNext(everyMs, host, new Date(now.getTime() + wait))).toBe(everyMs);
      },
    ),
  );
});

test('a thousand hosts are spread over a minute', () => {
  const seconds = Array.from({ length: 1000 }, (_, i) => Math.floor(jitterOf(`web-${i}`, 60_000) / 1000));
  const counts = Array.from({ length: 60 }, (_, second) => seconds.filter((each) => each === second).length);
  expect(Math.max(...counts)).toBeLessThan(40);
  expect(Math.min(...counts)).toBeGreaterThan(2);
});

test.each([
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['1h30m', 5_400_000],
  ['7d', 604_800_000],
  ['0s', null],
  ['', null],
  ['10', null],
  ['-5m', null],
  ['1.5h', null],
  ['5 m', null],
])('%j is %s ms', (text, ms) => expect(parseDuration(text)).toBe(ms));
