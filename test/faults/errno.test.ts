import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { sweepErrors } from './errno-sweep.ts';
import { report } from './extent.ts';
import type { Scenario } from './scenarios.ts';
import { firstRun, good, handEdits } from './scenarios.ts';
import { rehearse } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: failing every system call of a run needs strace');

/** The files are healed whether or not the edits can be kept; those that cannot are told as a warning. */
const healing: Scenario = { ...handEdits, alsoWrong: () => [] };

describe.skipIf(!hasStrace)(
  'a run in which any system call fails says so, and the next one makes it good',
  () => {
    test.each([good, firstRun, healing])('$name', async (scenario) => {
      const startedAt = performance.now();
      const swept = await sweepErrors(await rehearse(scenario));
      report(`errno, ${scenario.name} (${swept.missed} not reached)`, { ...swept, startedAt });
      expect(swept.failures).toEqual([]);
    });
  },
);
