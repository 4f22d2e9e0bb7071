import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { isRoot, temporaryDirectory } from '../helpers/temporary-directory.ts';
import { buildWithoutDebt } from './build-without-debt.ts';
import { isLong, report } from './extent.ts';
import { adoption, bad, firstRun, good, handEdits, metadata } from './scenarios.ts';
import { choose, rehearse, sweepKills } from './sweep.ts';

if (!hasStrace) console.warn('SKIPPED: killing a run at every system call needs strace');
const scenarios = [good, firstRun, adoption, handEdits, ...(isRoot ? [metadata] : [])];
if (!isRoot) console.warn('SKIPPED: an owner that drifted can be made by root only');

describe.skipIf(!hasStrace)('a run that is killed at any system call is finished by the next one', () => {
  test.each(scenarios)('$name', async (scenario) => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(scenario);
    const swept = await sweepKills(rehearsed, choose(rehearsed.points, 3));
    report(`kill -9, ${scenario.name} (${swept.missed} at another call)`, { ...swept, startedAt });
    expect(swept.failures).toEqual([]);
  });

  test('but not without the debt: this sweep sees that php-fpm keeps a bad environment for ever', async () => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(bad, await buildWithoutDebt(temporaryDirectory()));
    const { points } = rehearsed;
    const back = points.findLastIndex(({ name }) => /^rename.*juanpi/.test(name));
    const swept = await sweepKills(
      rehearsed,
      isLong ? points.slice(back + 1) : points.slice(back + 1, back + 2),
    );
    report('control without a debt', { ...swept, startedAt });
    expect(swept.failures.filter((failure) => failure.includes('php-fpm runs bad'))).not.toEqual([]);
  });
});
