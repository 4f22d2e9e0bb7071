/** Writes the chart as an archive into `artifacts/`: `npm run package:chart`. Equal sources give equal bytes. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageChart } from './chart-package.ts';
import { searchPath } from './search-path.ts';

process.env.PATH = searchPath();
const root = join(import.meta.dirname, '..');
const committed = execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
const artifacts = join(root, 'artifacts');

mkdirSync(artifacts, { recursive: true });
console.log(packageChart(artifacts, Number(process.env.SOURCE_DATE_EPOCH ?? committed)));
