import { describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { isLong, report } from './extent.ts';
import type { Scenario } from './scenarios.ts';
import { bad, good, revert } from './scenarios.ts';
import type { Rehearsed, Trial } from './sweep.ts';
import { checkRecovery, rehearse, sweep } from './sweep.ts';
import type { Point } from './traced-program.ts';

interface Pair {
  readonly first: Point;
  readonly second: Point;
}

/** How many pairs: 500 in the long form. */
const EXTENT: readonly (readonly [Scenario, number])[] = [
  [good, isLong ? 200 : 2],
  [revert, isLong ? 200 : 2],
  [bad, isLong ? 100 : 2],
];

if (!hasStrace) console.warn('SKIPPED: killing a run at every system call needs strace');

describe.skipIf(!hasStrace)('a run and the one that recovers can both be killed', () => {
  test.each(EXTENT)('$name', async (scenario, count) => {
    const startedAt = performance.now();
    const rehearsed = await rehearse(scenario);
    const swept = await sweep(makePairs(rehearsed.points, count).map((pair) => toTrial(rehearsed, pair)));
    report(`kill -9 twice, ${scenario.name} (${swept.points - swept.missed} second ones struck)`, {
      ...swept,
      startedAt,
    });
    expect(swept.failures).toEqual([]);
  });
});

function toTrial(rehearsed: Rehearsed, pair: Pair): Trial {
  const { first, second } = pair;
  return {
    where: `killed at ${first.name}, then at ${second.name}`,
    run: () => tryPair(rehearsed, pair),
  };
}

/** The second kill is a hit when it came before that run was over, wherever. */
async function tryPair(rehearsed: Rehearsed, { first, second }: Pair): ReturnType<Trial['run']> {
  const { host, points, prepared } = rehearsed;
  await host.restore();
  const { isHit } = await host.runWithFault(first, 'KILL');
  if (prepared.nextTip !== undefined) host.setTip(prepared.nextTip);
  const { exit } = await host.runWithFaultOnce(second, 'KILL');
  const verdict = await checkRecovery(rehearsed, { point: first, points, isHit });
  return { ...verdict, isHit: exit === null };
}

/** The same pairs in each run. A run that recovers makes fewer calls: most of the second points are early ones. */
function makePairs(points: readonly Point[], count: number): readonly Pair[] {
  const random = makeRandom(20_240_501);
  const pick = (share: number): Point => points[Math.floor(share * points.length)] as Point;
  return Array.from({ length: count }, () => ({ first: pick(random()), second: pick(random() * random()) }));
}

/** mulberry32: numbers from 0 to below 1, the same for the same seed. */
function makeRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
