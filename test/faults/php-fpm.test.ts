import { afterAll, describe, expect, test } from 'vitest';
import { hasStrace } from '../helpers/system-calls.ts';
import { isLong, report, sample } from './extent.ts';
import * as breaks from './fpm-breaks.ts';
import { drawKills, sweepKills } from './fpm-kills.ts';
import * as masters from './fpm-masters.ts';

if (!hasStrace) console.warn('SKIPPED: faults of php-fpm need strace');

const SEED = 20_261;

interface Case {
  readonly name: string;
  readonly play: () => Promise<void>;
}

/** Each ends with php-fpm repaired by the test, one more run that converges, and a silent one. */
const cases: readonly Case[] = [
  { name: 'the main configuration breaks between -t and the signal', play: breaks.breakMainBeforeSignal },
  { name: 'php-fpm was never started', play: masters.neverStarted },
  { name: 'php-fpm was killed long before', play: masters.killedLongBefore },
  { name: 'the master is stopped before the run', play: breaks.stoppedBefore },
  { name: 'the master is stopped right before the signal', play: breaks.stoppedBeforeSignal },
  { name: 'the master is killed right before the signal', play: breaks.killedBeforeSignal },
  { name: 'a foreign include is broken already', play: breaks.foreignBefore },
  { name: 'a foreign include breaks between the check and the signal', play: breaks.foreignMeanwhile },
  { name: 'a foreign include breaks between -t and the signal', play: breaks.breakForeignBeforeSignal },
  { name: 'a stale pid file names a stranger', play: masters.stalePidFile },
  { name: 'the pid file of a living master names a stranger', play: masters.wrongPidFile },
  { name: 'a daemonized master changes its pid', play: masters.daemonized },
  { name: 'orphan workers of a killed master go on', play: masters.orphans },
  { name: 'a slow request is in flight', play: masters.slowRequest },
  { name: 'two masters run two configurations', play: masters.twoMasters },
  { name: 'two masters run one configuration', play: masters.twoOfOne },
];

describe.skipIf(!hasStrace)('nobody is hurt or blamed when', () => {
  const startedAt = performance.now();
  const played = sample(cases, 4);
  const failures: string[] = [];

  test.each(played.map(({ name, play }) => [name, play] as const))('%s', async (name, play) => {
    failures.push(name);
    await play();
    failures.pop();
  });

  afterAll(() => report('php-fpm', { points: played.length, failures, reloads: [], startedAt }));
});

describe.skipIf(!hasStrace)('a kill -9 by somebody else around our signal', () => {
  test('hurts no stranger, and is not blamed on content that php-fpm was not asked to read', async () => {
    const startedAt = performance.now();
    const kills = drawKills(SEED, isLong ? 20 : 2);
    const { failures, reloads, held } = await sweepKills(kills);
    report('php-fpm killed', { points: kills.length, failures, reloads, startedAt });
    console.info(`faults: php-fpm killed: ${held} of ${kills.length} contents held as suspect, seed ${SEED}`);
    expect(failures).toEqual([]);
  });
});
