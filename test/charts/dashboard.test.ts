import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { CHART } from '../../scripts/chart-files.ts';
import type { Family } from '../../src/core/metrics/families.ts';
import { FAMILIES, PREFIX } from '../../src/core/metrics/families.ts';
import { describeWithHelm, findManifest, renderManifests } from '../helpers/chart.ts';
import { runPromtool } from '../helpers/promtool.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

interface Panel {
  readonly title: string;
  readonly description: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly targets: readonly { readonly expr: string; readonly legendFormat: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
}

const text = readFileSync(join(CHART, 'dashboards', 'php-env-reconciler.json'), 'utf8');
const { panels, templating }: Dashboard = JSON.parse(text);
const families: ReadonlyMap<string, Family> = new Map(Object.entries(FAMILIES));

/** What Prometheus gets when all hosts are chosen. */
function fill(expr: string): string {
  return expr.replaceAll('$__rate_interval', '5m').replaceAll('$instance', '.*');
}

const queries = panels.flatMap(({ title, targets }) =>
  targets.map(({ expr }) => [title, fill(expr)] as const),
);

/** A family by the name of one of its series. */
function familyOf(series: string): Family | undefined {
  const whole = families.get(series);
  if (whole !== undefined) return whole.type === 'histogram' ? undefined : whole;
  const histogram = families.get(series.replace(/_(bucket|sum|count)$/, ''));
  return histogram?.type === 'histogram' ? histogram : undefined;
}

describe('the dashboard', () => {
  test('has panels that tell what they show, and lie beside each other', () => {
    expect(panels.length).toBeGreaterThan(10);
    expect(panels.filter(({ title, description }) => title === '' || description === '')).toEqual([]);
    const cells = panels.flatMap(({ gridPos: { h, w, x, y } }) =>
      Array.from({ length: h * w }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).toBe(24);
  });

  test('has no variable that is not defined', () => {
    const known = new Set([...templating.list.map(({ name }) => name), '__rate_interval', '__all']);
    const used = [...text.matchAll(/\$\{?(\w+)/g)].map((match) => match[1] ?? '');
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });

  test.each(queries)('%s: names metrics and labels that are there', (_title, query) => {
    const series = [...query.matchAll(new RegExp(`${PREFIX}(\\w+)\\{([^}]*)\\}`, 'g'))];
    expect(series.length).toBe([...query.matchAll(new RegExp(PREFIX, 'g'))].length);
    for (const [, name = '', selector = ''] of series) {
      const labels = ['instance', 'le', ...(familyOf(name)?.labels ?? [])];
      expect([name, familyOf(name) !== undefined]).toEqual([name, true]);
      const used = [...selector.matchAll(/(\w+)[=!]/g)].map((match) => match[1] ?? '');
      expect(used.filter((label) => !labels.includes(label))).toEqual([]);
    }
  });

  test('takes its list of hosts from a metric that is always there', () => {
    expect(templating.list.map(({ definition }) => definition)).toContain(
      `label_values(${PREFIX}build_info, instance)`,
    );
  });

  test('has no query that Prometheus does not take', () => {
    const file = join(temporaryDirectory(), 'rules.yml');
    const rules = queries.map(([, expr], index) => ({ record: `dashboard:query:${index}`, expr }));
    writeFileSync(file, stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { exit, said } = runPromtool(['check', 'rules', file]);
    expect(said).toContain(`${queries.length} rules found`);
    expect(exit).toBe(0);
  });
});

/** Three hosts: one is well, one has everything wrong with it, one is paused for long. */
const SERIES: Readonly<Record<string, readonly [well: string, ill: string, paused: string]>> = {
  'build_info|version="1",node_version="24"': ['1x90', '1x90', '1x90'],
  reload_owed: ['0x90', '1x90', '0x90'],
  last_success_timestamp_seconds: ['0+60x90', '0x90', '0x90'],
  paused: ['0x90', '0x90', '1x90'],
  head_held: ['0x90', '1x90', '0x90'],
  'drift|target="shell"': ['0x90', '1x90', '0x90'],
  'drift|target="php-fpm"': ['0x90', '1x90', '0x90'],
};

const EXPECTED = { Hosts: 3, 'Reload owed': 1, 'Stale for an hour': 1, Held: 1, Drift: 1, Paused: 1 };

test('the figures of the dashboard count the hosts that they are about', () => {
  const hosts = ['well', 'ill', 'paused'];
  const input_series = Object.entries(SERIES).flatMap(([key, values]) => {
    const [name, labels] = key.split('|');
    return hosts.map((host, index) => ({
      series: `${PREFIX}${name}{instance="${host}",job="php"${labels === undefined ? '' : `,${labels}`}}`,
      values: values[index],
    }));
  });
  const promql_expr_test = Object.entries(EXPECTED).map(([title, value]) => ({
    expr: queries.find(([each]) => each === title)?.[1],
    eval_time: '80m',
    exp_samples: [{ labels: '{}', value }],
  }));
  const file = join(temporaryDirectory(), 'tests.yml');
  writeFileSync(
    file,
    stringify({ rule_files: [], tests: [{ interval: '1m', input_series, promql_expr_test }] }),
  );
  expect(runPromtool(['test', 'rules', file])).toMatchObject({ exit: 0 });
});

describeWithHelm('in the chart', () => {
  test('the ConfigMap holds the dashboard, under a name that Grafana finds', () => {
    const { data, metadata } = findManifest(renderManifests('monitoring'), 'ConfigMap', '-dashboard');
    expect(JSON.parse(data?.['php-env-reconciler.json'] ?? '')).toEqual(JSON.parse(text));
    expect(metadata.labels.grafana_dashboard).toBe('1');
  });

  test('the PrometheusRule holds the rules of docs/alerts.yml', () => {
    const rules = parse(readFileSync(join(CHART, '..', '..', 'docs', 'alerts.yml'), 'utf8'));
    expect(findManifest(renderManifests('monitoring'), 'PrometheusRule').spec).toEqual(rules);
  });
});
