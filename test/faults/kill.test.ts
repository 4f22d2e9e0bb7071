import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { isRoot } from '../helpers/temporary-directory.ts';
import { report } from './extent.ts';
import { bad, firstRun, good, metadata, revert } from './scenarios.ts';
import { rehearse, sweepKills } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: killing a run at every system call needs strace');

describe.skipIf(!hasStrace)('a run that is killed at any system call is finished by the next one', () => {
  test.each([good, firstRun, revert, bad])('$name', async (scenario) => {
    const startedAt = performance.now();
    const swept = await sweepKills(await rehearse(scenario), 6);
    report(`kill -9, ${scenario.name}`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });

  test.skipIf(!isRoot)('metadata only', async () => {
    const startedAt = performance.now();
    const swept = await sweepKills(await rehearse(metadata), 6);
    report(`kill -9, ${metadata.name}`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });
});
