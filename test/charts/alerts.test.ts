import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { describeWithHelm, findManifest, renderManifests } from '../helpers/chart.ts';
import { runPromtool } from '../helpers/promtool.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const tests = join(import.meta.dirname, '..', 'integration', 'alerts', 'alerts.yml');

describeWithHelm('the alert rules of the chart', () => {
  const { spec } = findManifest(renderManifests('monitoring'), 'PrometheusRule');

  test('come when they should, as those of docs/alerts.yml do', () => {
    const work = temporaryDirectory();
    writeFileSync(join(work, 'rules.yml'), stringify(spec));
    const text = readFileSync(tests, 'utf8').replace('../../../docs/alerts.yml', 'rules.yml');
    writeFileSync(join(work, 'tests.yml'), text);
    expect(runPromtool(['check', 'rules', join(work, 'rules.yml')])).toMatchObject({ exit: 0 });
    expect(runPromtool(['test', 'rules', join(work, 'tests.yml')])).toMatchObject({ exit: 0 });
  });
});
