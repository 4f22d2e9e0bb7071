import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { renderExposition, sample, timeSamples } from '../../../src/core/metrics/exposition.ts';
import { EMPTY_HISTOGRAM, histogramSamples, observe } from '../../../src/core/metrics/histogram.ts';
import { parseExposition } from './parse-exposition.ts';

describe("Prometheus' text format", () => {
  test('has each family once, in the order of their table, with its samples together', () => {
    const samples = [
      sample('reloads_total', 2),
      sample('drift', 0, { target: 'php-fpm' }),
      sample('reload_owed', 1),
      sample('drift', 1, { target: 'shell' }),
    ];
    expect(renderExposition(samples)).toBe(`\
# HELP php_env_reconciler_reload_owed 1 if php-fpm is not proven to run what is on disk.
# TYPE php_env_reconciler_reload_owed gauge
php_env_reconciler_reload_owed 1
# HELP php_env_reconciler_drift 1 if the file differs from what was applied in content, mode or owner.
# TYPE php_env_reconciler_drift gauge
php_env_reconciler_drift{target="php-fpm"} 0
php_env_reconciler_drift{target="shell"} 1
# HELP php_env_reconciler_reloads_total Reloads of php-fpm that were proven.
# TYPE php_env_reconciler_reloads_total counter
php_env_reconciler_reloads_total 2
`);
  });

  test('is empty without samples', () => {
    expect(renderExposition([])).toBe('');
    expect(timeSamples('last_run_timestamp_seconds', null)).toEqual([]);
  });

  test('gives a moment in seconds', () => {
    const samples = timeSamples('last_run_timestamp_seconds', new Date('2026-01-02T03:04:05.678Z'));
    expect(renderExposition(samples)).toContain(
      '\nphp_env_reconciler_last_run_timestamp_seconds 1767323045.678\n',
    );
  });

  test('gives any label and any number back to whoever reads it', () => {
    const words = fc.string({ unit: fc.constantFrom('"', '\\', '\n', 'n', ',', '}', ' ', 'ü', '=') });
    fc.assert(
      fc.property(words, fc.double({ noNaN: true }), (commit, value) => {
        const text = renderExposition([sample('applied_info', value, { commit })]);
        expect(text.split('\n')).toHaveLength(4);
        const [[name, read] = []] = parseExposition(text);
        expect(name).toBe(`applied_info{commit="${commit}"}`);
        expect(read).toBe(value === Number.NEGATIVE_INFINITY ? read : value + 0);
      }),
    );
  });
});

describe('a histogram', () => {
  test('counts a figure in each bucket whose bound it keeps', () => {
    const histogram = observe(observe(EMPTY_HISTOGRAM, 0.05), 2);
    const text = renderExposition(histogramSamples('run_duration_seconds', { result: 'applied' }, histogram));
    const series = [...parseExposition(text)].map(([name, value]) => `${name} ${value}`);
    expect(series).toEqual([
      ...['0.05', '0.25', '1'].map((le) => `run_duration_seconds_bucket{le="${le}",result="applied"} 1`),
      ...['5', '20', '60', '180', '+Inf'].map(
        (le) => `run_duration_seconds_bucket{le="${le}",result="applied"} 2`,
      ),
      'run_duration_seconds_sum{result="applied"} 2.05',
      'run_duration_seconds_count{result="applied"} 2',
    ]);
  });

  test('never has fewer in a larger bucket, and all in the largest', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1000, noNaN: true })), (figures) => {
        const { buckets } = figures.reduce(observe, EMPTY_HISTOGRAM);
        expect([...buckets].sort((a, b) => a - b)).toEqual(buckets);
        expect(buckets.at(-1)).toBe(figures.length);
      }),
    );
  });
});
