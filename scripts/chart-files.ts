import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fillChartSchema } from './chart-schema.ts';

const root = join(import.meta.dirname, '..');

/** Where the chart is. */
export const CHART = join(root, 'charts', 'php-env-reconciler');

/** The files of the chart that are made from the code, from docs/alerts.yml and from the comments of values.yaml, as they should be. */
export function makeChartFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['values.schema.json', fillChartSchema(readFileSync(join(CHART, 'values.schema.json'), 'utf8'))],
    ['files/alerts.yml', readFileSync(join(root, 'docs', 'alerts.yml'), 'utf8')],
    ['README.md', makeReadme()],
  ]);
}

/** The README with its table of values; throws what the generator says of values without a comment. */
function makeReadme(): string {
  const work = mkdtempSync(join(tmpdir(), 'chart-readme-'));
  try {
    const readme = join(work, 'README.md');
    copyFileSync(join(CHART, 'README.md'), readme);
    const generator = join(root, 'node_modules', '.bin', 'readme-generator');
    execFileSync(generator, ['--values', join(CHART, 'values.yaml'), '--readme', readme], { stdio: 'pipe' });
    return readFileSync(readme, 'utf8');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
