import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/core/daemon/report.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { restListener } from '../../src/daemon/rest-listener.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const look: RunEvent = { reasons: ['poll'], at: new Date(0), seconds: 0, report: reportSettled('c') };

/** Seconds after which it was called. */
function restsAfter(looks: readonly number[]): readonly number[] {
  const rests: number[] = [];
  const listener = restListener(() => void rests.push(Date.now() / 1000));
  vi.setSystemTime(0);
  for (const seconds of looks) {
    vi.advanceTimersByTime(seconds * 1000 - Date.now());
    listener.hear(look);
  }
  vi.advanceTimersByTime(100_000);
  return rests;
}

test('a daemon rests a minute after a look or a run', () => {
  expect(restsAfter([0])).toEqual([60]);
  expect(restsAfter([1])).toEqual([61]);
});

test('of those that follow one another it rests once a minute, and once after the last', () => {
  expect(restsAfter(Array.from({ length: 100 }, (_, i) => i))).toEqual([60, 120]);
});

test('a daemon that has ended does not rest', async () => {
  const rests: number[] = [];
  const listener = restListener(() => void rests.push(1));
  listener.hear(look);
  await listener.close?.();
  vi.advanceTimersByTime(100_000);
  expect(rests).toEqual([]);
});
