import { expect, test } from 'vitest';
import { reportSettled } from '../../src/core/daemon/report.ts';
import { inTurnRunner } from '../../src/daemon/in-turn-runner.ts';
import type { Runner } from '../../src/ports/daemon.ts';

/** A runner that finds another run at work so many times. */
function busyRunner(times: number) {
  const calls: string[] = [];
  const runner: Runner = {
    async run() {
      calls.push('run');
      return { ...reportSettled('c'), status: calls.length > times ? 'applied' : 'busy' };
    },
    warm: () => void calls.push('warm'),
    close: async () => void calls.push('close'),
  };
  return { runner, calls };
}

test('a run that finds another one at work is carried out after it', async () => {
  const { runner, calls } = busyRunner(2);
  expect(await inTurnRunner(runner, 10_000).run()).toMatchObject({ status: 'applied' });
  expect(calls).toEqual(['run', 'run', 'run']);
});

test('a run that waited long enough says that another one is at work', async () => {
  expect(await inTurnRunner(busyRunner(99).runner, 1).run()).toMatchObject({ status: 'busy' });
});

test('the rest is passed on', async () => {
  const { runner, calls } = busyRunner(0);
  const inTurn = inTurnRunner(runner, 1);
  inTurn.warm();
  await inTurn.close();
  expect(calls).toEqual(['warm', 'close']);
});
