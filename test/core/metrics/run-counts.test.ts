import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/core/daemon/report.ts';
import { countDelivery, deliverySamples } from '../../../src/core/metrics/deliveries.ts';
import { renderExposition } from '../../../src/core/metrics/exposition.ts';
import { countRun, countSamples, NO_RUNS } from '../../../src/core/metrics/run-counts.ts';
import type { Series } from './parse-exposition.ts';
import { parseExposition } from './parse-exposition.ts';
import { changed, ended, failed, LIVE, NEXT } from './run-events.ts';

/** What is told after these runs on a host with a live commit. */
function countedAfter(...events: readonly RunEvent[]): Series {
  const counts = events.reduce(countRun, { ...NO_RUNS, applied: LIVE });
  return parseExposition(renderExposition(countSamples(counts)));
}

describe('runs', () => {
  test('have a series for each result from the start, and none for errors that never came', () => {
    const series = countedAfter();
    const runs = [...series].filter(([name]) => name.startsWith('runs_total'));
    expect(runs.map(([, value]) => value)).toEqual([0, 0, 0, 0, 0]);
    expect([...series.keys()].filter((name) => /errors|duration/.test(name))).toEqual([]);
  });

  test('are counted by result, and failures by code', () => {
    const series = countedAfter(
      ended(),
      changed(NEXT),
      failed('DEADLINE'),
      failed('DEADLINE'),
      failed('BUG'),
    );
    expect(series.get('runs_total{result="in-sync"}')).toBe(1);
    expect(series.get('runs_total{result="applied"}')).toBe(1);
    expect(series.get('runs_total{result="failed"}')).toBe(3);
    expect(series.get('run_errors_total{code="DEADLINE"}')).toBe(2);
    expect(series.get('run_errors_total{code="BUG"}')).toBe(1);
    expect(series.get('run_duration_seconds_sum{result="failed"}')).toBe(6);
  });

  test('count reloads that were proven, also in a run that failed', () => {
    expect(countedAfter(changed(NEXT), failed('APPLY_UNDONE', { reloads: 1 })).get('reloads_total')).toBe(2);
  });

  test('are counted once each, whatever order they come in', () => {
    const events = fc.constantFrom(
      ended(),
      changed(NEXT),
      changed(LIVE),
      failed('BUG'),
      ended({ status: 'busy' }),
    );
    fc.assert(
      fc.property(fc.array(events), (list) => {
        const series = [...countedAfter(...list)];
        const runs = series.filter(([name]) => name.startsWith('runs_total'));
        const durations = series.filter(([name]) => name.startsWith('run_duration_seconds_count'));
        const sum = (of: typeof series) => of.reduce((total, [, value]) => total + value, 0);
        expect([sum(runs), sum(durations)]).toEqual([list.length, list.length]);
      }),
    );
  });
});

describe('a drift heal', () => {
  const healsAfter = (...events: readonly RunEvent[]) => countedAfter(...events).get('drift_heals_total');

  const endedWith = (code: 'GRAMMAR' | 'APPLY_UNDONE' | 'RELOAD_UNPROVEN', exitCode: number) =>
    ({ commit: NEXT, status: 'failed', exitCode, error: { code, message: '' } }) as const;

  test('is a change back to what was live', () => {
    expect(healsAfter(changed(LIVE))).toBe(1);
    expect(healsAfter(changed(NEXT))).toBe(0);
    expect(healsAfter(changed(NEXT), changed(NEXT))).toBe(1);
    expect(healsAfter(changed(NEXT), ended({ commit: NEXT }), changed(NEXT))).toBe(1);
  });

  test('is one also while the newest commit is refused', () => {
    expect(healsAfter(changed(LIVE, endedWith('GRAMMAR', 14)))).toBe(1);
  });

  test('is not the way back from content that failed', () => {
    expect(healsAfter(changed(LIVE, endedWith('APPLY_UNDONE', 17)))).toBe(0);
  });

  test('is not one whose reload is owed', () => {
    expect(healsAfter(changed(LIVE, endedWith('RELOAD_UNPROVEN', 18)))).toBe(0);
  });

  test('is seen where somebody else had applied the commit meanwhile', () => {
    expect(healsAfter(ended({ commit: NEXT }), changed(NEXT))).toBe(1);
  });

  test('is not the way back to what was found on the host', () => {
    const counts = countRun(NO_RUNS, changed(NEXT, { content: null }));
    expect(counts.heals).toBe(0);
  });
});

test('webhooks have no series before the first one, and all of them after it', () => {
  expect(deliverySamples(null)).toEqual([]);
  const series = parseExposition(renderExposition(deliverySamples(countDelivery(null, 'refused'))));
  expect(Object.fromEntries(series)).toEqual({
    'webhook_deliveries_total{result="push"}': 0,
    'webhook_deliveries_total{result="ping"}': 0,
    'webhook_deliveries_total{result="ignored"}': 0,
    'webhook_deliveries_total{result="repeated"}': 0,
    'webhook_deliveries_total{result="refused"}': 1,
    'webhook_deliveries_total{result="limited"}': 0,
    'webhook_deliveries_total{result="unusable"}': 0,
  });
});
