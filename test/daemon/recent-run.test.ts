import { describe, expect, test } from 'vitest';
import type { RunEvent, RunReport } from '../../src/core/daemon/report.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { RecentRun } from '../../src/daemon/recent-run.ts';

const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)];

function event(atSeconds: number, report: Partial<RunReport> = {}): RunEvent {
  return {
    reasons: ['push'],
    at: new Date(atSeconds * 1000),
    seconds: 0.3,
    report: { ...reportSettled(ONE), ...report },
  };
}

const applied = (atSeconds: number, commit = ONE) =>
  event(atSeconds, { status: 'applied', commit, summary: `${commit}: replaced /a` });

/** What the last of these events is answered with. */
function answerTo(...events: readonly (RunEvent | null)[]): RunEvent | null | undefined {
  const recent = new RecentRun();
  return events.map((each) => recent.answerWith(each)).at(-1);
}

describe('whoever asks after a push hears of', () => {
  test('the run that brought the commit, where it was over before', () => {
    const run = applied(100);
    expect(answerTo(run, event(101))).toBe(run);
    expect(answerTo(run, event(101), event(102))).toBe(run);
  });

  test.each<[string, RunEvent, RunEvent]>([
    ['another commit was brought', applied(100, TWO), event(101)],
    ['it was long ago', applied(100), event(161)],
    ['the clock was set back', applied(100), event(99)],
    ['this run did something itself', applied(100), applied(101)],
    ['this run failed', applied(100), event(101, { status: 'failed' })],
    ['another run is at work', applied(100), event(101, { status: 'busy', commit: null })],
    ['the run before did not do all', { ...applied(100), report: failed(applied(100).report) }, event(101)],
  ])('its own run, where %s', (_when, before, now) => {
    expect(answerTo(before, now)).toBe(now);
  });

  test('no run, where the daemon waits', () => {
    expect(answerTo(applied(100), null)).toBeNull();
  });
});

function failed(report: RunReport): RunReport {
  return { ...report, status: 'failed', error: { code: 'UNFINISHED', message: 'x' } };
}
