import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packageChart } from '../../scripts/chart-package.ts';
import { describeWithHelm } from '../helpers/chart.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const SECONDS = 1_700_000_000;

describeWithHelm('the archive of the chart', () => {
  test('has equal bytes each time', () => {
    const work = temporaryDirectory();
    const [first, second] = ['first', 'second'].map((name) => {
      mkdirSync(join(work, name));
      return readFileSync(packageChart(join(work, name), SECONDS));
    });
    expect(second?.equals(first ?? Buffer.alloc(0))).toBe(true);
  });

  test('holds what an installation needs, and no example', () => {
    const archive = packageChart(temporaryDirectory(), SECONDS);
    const names = execFileSync('tar', ['-tzf', archive], { encoding: 'utf8' }).trim().split('\n');
    const inside = names.map((name) => name.replace('php-env-reconciler/', ''));
    expect(inside).toEqual(
      expect.arrayContaining(['Chart.yaml', 'values.schema.json', 'files/alerts.yml', 'README.md']),
    );
    expect(inside.filter((name) => name.startsWith('ci/'))).toEqual([]);
  });
});
