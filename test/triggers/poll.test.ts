import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/adapters/clock.ts';
import type { Trigger } from '../../src/ports/daemon.ts';
import { cronTrigger } from '../../src/triggers/cron.ts';
import { pollTrigger } from '../../src/triggers/poll.ts';
import { waitFor } from '../helpers/wait-for.ts';

const every = (everyMs: number) => pollTrigger({ everyMs, host: 'web-1', clock: systemClock });
const byCron = (expression: string) => cronTrigger({ expression, jitterMs: 0, host: 'web-1' });

/** When it asked. */
function follow(trigger: Trigger) {
  const asked: number[] = [];
  const watch = trigger.start(async () => {
    asked.push(performance.now());
    return null;
  });
  onTestFinished(() => watch.stop());
  return { asked, watch };
}

describe('a poll', () => {
  test('comes again and again, a period apart', async () => {
    const { asked } = follow(every(200));
    await waitFor('six polls', () => asked.length >= 6);
    const gaps = asked.slice(1).map((at, i) => at - (asked[i] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(90);
  });

  test('follows a cron expression with seconds', async () => {
    const { asked } = follow(byCron('* * * * * *'));
    await waitFor('two polls', () => asked.length >= 2);
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(500);
  });

  test('of a cron expression that nobody can follow is refused', () => {
    expect(() => byCron('99 * * * *')).toThrow(/schedule.cron: "99 \* \* \* \*" is no cron expression/);
  });

  test('comes no more after the end', async () => {
    const { asked, watch } = follow(every(50));
    await waitFor('a poll', () => asked.length > 0);
    await watch.stop();
    const before = asked.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked.length).toBe(before);
  });
});
