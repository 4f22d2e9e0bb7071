import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bucket } from '../../../src/core/http/token-bucket.ts';
import { fullBucket, refill, takeToken, untilToken } from '../../../src/core/http/token-bucket.ts';

const RATE = { burst: 3, perSecond: 2 };
const NOON = new Date('2026-10-01T12:00:00Z');
const later = (ms: number) => new Date(NOON.getTime() + ms);
const take = (bucket: Bucket, times: number) =>
  Array.from({ length: times }).reduce<Bucket>((left) => takeToken(left), bucket);

test('a burst is there at once, then one token after the other', () => {
  const full = fullBucket(RATE, NOON);
  expect([2, 3, 9].map((times) => untilToken(take(full, times), RATE))).toEqual([0, 500, 500]);
  const empty = take(full, 3);
  expect([0, 250, 500].map((ms) => untilToken(refill(empty, RATE, later(ms)), RATE))).toEqual([500, 250, 0]);
});

test('a clock that was set back or far ahead gives no more than a burst, and takes nothing', () => {
  const one = take(fullBucket(RATE, NOON), 2);
  expect(refill(one, RATE, later(-3_600_000)).tokens).toBe(1);
  expect(refill(one, RATE, later(3_600_000)).tokens).toBe(3);
});

test('never more is let through than the rate says, however it is asked for', () => {
  const steps = fc.array(fc.integer({ min: 0, max: 2000 }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (waits) => {
      let [bucket, nowMs, taken] = [fullBucket(RATE, NOON), 0, 0];
      for (const wait of waits) {
        nowMs += wait;
        bucket = refill(bucket, RATE, later(nowMs));
        if (untilToken(bucket, RATE) > 0) continue;
        bucket = takeToken(bucket);
        taken++;
      }
      expect(taken).toBeLessThanOrEqual(RATE.burst + (nowMs * RATE.perSecond) / 1000 + 1e-6);
    }),
  );
});

test('whoever waits as long as he is told gets one', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 0.999, noNaN: true }), (tokens) => {
      const bucket = { tokens, atMs: NOON.getTime() };
      const waited = refill(bucket, RATE, later(untilToken(bucket, RATE)));
      expect(untilToken(waited, RATE)).toBe(0);
    }),
  );
});
