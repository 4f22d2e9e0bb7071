import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/core/daemon/report.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { restListener } from '../../src/daemon/rest-listener.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const look: RunEvent = { reasons: ['poll'], at: new Date(0), seconds: 0, report: reportSettled('c') };
const start: RunEvent = { ...look, reasons: ['start'] };
const run: RunEvent = { ...look, report: { ...look.report, summary: 'applied' } };

/** Seconds after which it was called. */
function restsAfter(events: readonly (readonly [seconds: number, event: RunEvent])[]): readonly number[] {
  const rests: number[] = [];
  const listener = restListener(() => void rests.push(Date.now() / 1000));
  vi.setSystemTime(0);
  for (const [seconds, event] of events) {
    vi.advanceTimersByTime(seconds * 1000 - Date.now());
    listener.hear(event);
  }
  vi.advanceTimersByTime(100_000);
  return rests;
}

test('a daemon rests a minute after its first look and after a run', () => {
  expect(restsAfter([[0, start]])).toEqual([60]);
  expect(restsAfter([[1, run]])).toEqual([61]);
});

test('of runs that follow one another it rests once a minute, and once after the last', () => {
  const runs = Array.from({ length: 100 }, (_, i) => [i, run] as const);
  expect(restsAfter(runs)).toEqual([60, 120]);
});

test('a look that found nothing neither asks for a rest nor puts one off', () => {
  expect(restsAfter([[1, look]])).toEqual([]);
  const lookLater = [4, look] as const;
  expect(restsAfter([[1, run], lookLater])).toEqual([61]);
});
