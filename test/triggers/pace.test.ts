import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Pace } from '../../src/triggers/pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function startPace() {
  const calls: number[] = [];
  const startedAt = Date.now();
  return { pace: new Pace(() => void calls.push(Date.now() - startedAt), 100), calls };
}

test('one that comes alone is passed on at once', () => {
  const { pace, calls } = startPace();
  pace.ask();
  vi.advanceTimersByTime(1000);
  pace.ask();
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([0, 1000]);
});

test('of many, no two are passed on within the time, and after the last one there is one more', () => {
  const { pace, calls } = startPace();
  for (let ms = 0; ms < 250; ms += 10) {
    pace.ask();
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([0, 100, 200, 300]);
});

test('what waits when it is stopped is dropped', () => {
  const { pace, calls } = startPace();
  pace.ask();
  pace.ask();
  pace.stop();
  vi.advanceTimersByTime(1000);
  expect(calls).toEqual([0]);
});
