import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/daemon/report.ts';
import { ReconcileError } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/types.ts';
import { runHeard } from '../../src/daemon/run-heard.ts';
import { FakeHost } from '../reconcile/host.ts';

/** Carries out a run and gives what was heard of it. */
async function hear(
  run: () => Promise<{ readonly outcome: Outcome }>,
  host = new FakeHost(),
): Promise<readonly RunEvent[]> {
  const heard: RunEvent[] = [];
  const listeners = [{ hear: (event: RunEvent) => void heard.push(event) }];
  await runHeard({ listeners, clock: host.clock }, run).catch(() => undefined);
  return heard;
}

test('a run is heard of once, with how long it took', async () => {
  const host = new FakeHost();
  host.commit('A: one\n');
  const run = async () => {
    host.clock.advance(1500);
    return { outcome: await host.run() };
  };
  const heard = await hear(run, host);
  expect(heard).toMatchObject([{ seconds: 1.5, report: { status: 'applied', reloads: 1, exitCode: 0 } }]);
});

test('a run that failed is heard of with its error', async () => {
  const host = new FakeHost();
  const heard = await hear(async () => ({ outcome: await host.run() }), host);
  expect(heard).toMatchObject([{ report: { status: 'failed', error: { code: expect.any(String) } } }]);
});

test('a failure that is thrown is heard of with its code and exit code', async () => {
  const failure = new ReconcileError('STATE_UNUSABLE', 'no key');
  const heard = await hear(() => Promise.reject(failure));
  expect(heard).toMatchObject([{ report: { exitCode: 19, error: { code: 'STATE_UNUSABLE' } } }]);
});

test('a bug is heard of, and stays one', async () => {
  const bug = new Error('a bug');
  const heard = await hear(() => Promise.reject(bug));
  expect(heard).toMatchObject([{ report: { status: 'failed', exitCode: 1, error: { code: 'BUG' } } }]);
  const audience = { listeners: [], clock: new FakeHost().clock };
  await expect(runHeard(audience, () => Promise.reject(bug))).rejects.toBe(bug);
});

test('a clock that is set back during a run gives no negative time', async () => {
  const host = new FakeHost();
  const run = async () => {
    host.clock.advance(-5000);
    return { outcome: await host.run() };
  };
  expect(await hear(run, host)).toMatchObject([{ seconds: 0 }]);
});
