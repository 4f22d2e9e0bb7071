import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { countDelivery } from '../../src/core/metrics/deliveries.ts';
import type { Family } from '../../src/core/metrics/families.ts';
import { FAMILIES, PREFIX } from '../../src/core/metrics/families.ts';
import { NO_RUNS } from '../../src/core/metrics/run-counts.ts';
import { readCodeWords, readTable } from './markdown.ts';
import { ROOT, readPage } from './pages.ts';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly annotations: Readonly<Record<string, string>>;
}

interface Tests {
  readonly tests: readonly {
    readonly alert_rule_test: readonly {
      readonly alertname: string;
      readonly exp_alerts: readonly unknown[];
    }[];
  }[];
}

const page = readPage('docs/monitoring.md').text;
const families: ReadonlyMap<string, Family> = new Map(Object.entries(FAMILIES));
const rules: readonly Rule[] = parse(readFileSync(join(ROOT, 'docs', 'alerts.yml'), 'utf8')).groups[0].rules;
const { tests }: Tests = parse(readFileSync(join(ROOT, 'test/integration/alerts/alerts.yml'), 'utf8'));
const tested = tests.flatMap((each) => each.alert_rule_test);

/** Every metric of ours that a text names, without the prefix; of several series of a histogram, its own name. */
function metricsIn(text: string): readonly string[] {
  const named = [...text.matchAll(new RegExp(`\\b${PREFIX}([a-z_]+)`, 'g'))];
  return named.map((match) => match[1] ?? '');
}

test('the page and the rules name no metric that is not there', () => {
  const texts = [page, ...rules.flatMap(({ expr, annotations }) => [expr, ...Object.values(annotations)])];
  expect(texts.flatMap(metricsIn).filter((name) => !families.has(name))).toEqual([]);
});

test('names that the page gives without the prefix are there', () => {
  const named = [...page.matchAll(/`([a-z]+_[a-z_]+)`/g)].map((match) => match[1] ?? '');
  const labels = new Set([...families.values()].flatMap((family) => family.labels));
  const others = ['rule_files'];
  const unknown = named.filter((name) => !families.has(name) && !labels.has(name) && !others.includes(name));
  expect(unknown.filter((name) => !name.startsWith(PREFIX))).toEqual([]);
});

describe('the labels', () => {
  const rows = new Map(
    readTable(page, 'What there is', 1).map(([label = '', values]) => [label, readCodeWords(values)]),
  );

  test('have a row each, but those of build_info', () => {
    const { build_info, ...others } = Object.fromEntries(families);
    const labels = new Set(Object.values(others).flatMap((family) => family?.labels ?? []));
    const listed = [...rows.keys()].flatMap((label) => readCodeWords(label));
    expect(build_info?.labels).toEqual(['version', 'node_version']);
    expect(new Set(listed)).toEqual(labels);
  });

  test('have the values that are listed', () => {
    expect(rows.get('`result` of runs')).toEqual(Object.keys(NO_RUNS.durations));
    expect(rows.get('`result` of webhooks')).toEqual(Object.keys(countDelivery(null, 'push') ?? {}));
  });
});

describe('the alerts', () => {
  test('have a row each', () => {
    const listed = readTable(page, 'Alerts').map(([name]) => readCodeWords(name)[0]);
    expect(listed).toEqual(rules.map(({ alert }) => alert));
  });

  test.each(rules)('$alert asks for what a run by cron can tell too', ({ expr }) => {
    const asked = metricsIn(expr);
    expect(asked).not.toEqual([]);
    expect(asked.filter((name) => families.get(name)?.textfile !== true)).toEqual([]);
  });

  test.each(rules)('$alert is tested: that it comes', ({ alert }) => {
    const ofIt = tested.filter(({ alertname }) => alertname === alert);
    expect(ofIt.filter(({ exp_alerts }) => exp_alerts.length > 0)).not.toEqual([]);
  });
});
