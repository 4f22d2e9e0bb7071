import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { renderExposition, sample } from '../../src/core/metrics/exposition.ts';
import type { Family, FamilyName } from '../../src/core/metrics/families.ts';
import { FAMILIES } from '../../src/core/metrics/families.ts';
import { EMPTY_HISTOGRAM, histogramSamples, observe } from '../../src/core/metrics/histogram.ts';
import { lintMetrics, runPromtool } from '../helpers/promtool.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Every family there is, with labels that have to be escaped. */
function renderAll(): string {
  const families = Object.entries(FAMILIES) as readonly (readonly [FamilyName, Family])[];
  const samples = families.flatMap(([name, { type, labels }]) => {
    const values = Object.fromEntries(labels.map((label) => [label, 'a "b" \\ \n']));
    if (type === 'histogram') return histogramSamples(name, values, observe(EMPTY_HISTOGRAM, 0.2));
    return [sample(name, 1767323045.678, values)];
  });
  return renderExposition(samples);
}

describe('promtool', () => {
  test('has nothing against any family', () => {
    expect(lintMetrics(renderAll())).toBe('');
  });

  test('has something against a bad one, so that its silence says something', () => {
    expect(lintMetrics(renderAll().replaceAll('runs_total', 'runs'))).toContain('_total');
    expect(lintMetrics('php_env_reconciler_drift{target="a} 1\n')).toMatch(/^exit 1/);
  });

  test('takes the alert rules', () => {
    const { exit, said } = runPromtool(['check', 'rules', join(ROOT, 'docs', 'alerts.yml')]);
    expect([exit, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });

  test('sees each alert come in time, and not where it must not', () => {
    const { exit, said } = runPromtool(['test', 'rules', join(import.meta.dirname, 'alerts', 'alerts.yml')]);
    expect([exit, said]).toEqual([0, expect.stringContaining('SUCCESS')]);
  });
});
