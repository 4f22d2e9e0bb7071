import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { sweepErrors } from './errno-sweep.ts';
import { report } from './extent.ts';
import { firstRun, good } from './scenarios.ts';
import { rehearse } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: failing every system call of a run needs strace');

describe.skipIf(!hasStrace)(
  'a run in which any system call fails says so, and the next one makes it good',
  () => {
    test.each([good, firstRun])('$name', async (scenario) => {
      const startedAt = performance.now();
      const swept = await sweepErrors(await rehearse(scenario));
      report(`errno, ${scenario.name} (${swept.missed} not reached)`, { ...swept, startedAt });
      expect(swept.failures).toEqual([]);
    });
  },
);
