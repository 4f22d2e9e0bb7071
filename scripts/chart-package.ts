import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CHART } from './chart-files.ts';
import { installHelm } from './helm.ts';

/**
 * Makes the archive of the chart in a directory, and gives its path. Helm writes the time of each file into it: all have
 * this one, in seconds since 1970.
 */
export function packageChart(directory: string, seconds: number): string {
  const work = mkdtempSync(join(tmpdir(), 'chart-'));
  try {
    const copy = join(work, basename(CHART));
    cpSync(CHART, copy, { recursive: true });
    for (const file of readdirSync(copy, { recursive: true, encoding: 'utf8' }))
      utimesSync(join(copy, file), seconds, seconds);
    const said = execFileSync(installHelm(), ['package', copy, '--destination', directory], {
      encoding: 'utf8',
    });
    return said.trim().split(': ').at(-1) ?? '';
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
