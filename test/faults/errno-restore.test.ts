import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { sweepErrors } from './errno-sweep.ts';
import { report } from './extent.ts';
import { bad, isSignal } from './scenarios.ts';
import { rehearse } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: failing every system call of a run needs strace');

describe.skipIf(!hasStrace)('a host goes back although any system call fails', () => {
  test.each([bad])('$name', async (scenario) => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(scenario);
    // Up to the signal these are the calls of a good commit.
    const swept = await sweepErrors(rehearsed, rehearsed.points.findIndex(isSignal));
    report(`errno, ${scenario.name} (${swept.missed} not reached)`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });
});
