import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { sweepErrors } from './errno-sweep.ts';
import { report } from './extent.ts';
import { bad } from './scenarios.ts';
import { rehearse } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: failing every system call of a run needs strace');

describe.skipIf(!hasStrace)('a host goes back although any system call fails', () => {
  test.each([bad])('$name', async (scenario) => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(scenario);
    const swept = await sweepErrors(rehearsed);
    report(`errno, ${scenario.name} (${swept.missed} not reached)`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });
});
