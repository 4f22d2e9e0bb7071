/** Writes what of the chart is made from elsewhere: `npx tsx scripts/write-chart.ts`. A test compares it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHART, makeChartFiles } from './chart-files.ts';

for (const [name, text] of makeChartFiles()) writeFileSync(join(CHART, name), text);
