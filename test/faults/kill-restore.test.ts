import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { report } from './extent.ts';
import { bad, revert } from './scenarios.ts';
import { choose, rehearse, sweepKills } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: killing a run at every system call needs strace');

describe.skipIf(!hasStrace)('a host goes back from a run that was killed at any system call', () => {
  test.each([revert, bad])('$name', async (scenario) => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(scenario);
    const swept = await sweepKills(rehearsed, choose(rehearsed.points, 3));
    report(`kill -9, ${scenario.name} (${swept.missed} at another call)`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });
});
