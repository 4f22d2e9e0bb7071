import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { RunEvent } from '../../src/core/daemon/report.ts';
import { reportLost, reportSettled } from '../../src/core/daemon/report.ts';
import { Pulse } from '../../src/daemon/pulse.ts';
import { supervisorListener, tellEnd, tellReloads } from '../../src/daemon/tell-supervisor.ts';
import type { Ask } from '../../src/ports/daemon.ts';
import { FakeSupervisor } from '../helpers/fakes/supervisor.ts';

const LIMIT_MS = 950;
const EVENT: RunEvent = { reasons: ['start'], at: new Date(0), seconds: 1, report: reportSettled(null) };
const STATUS = '1970-01-01T00:00:00Z in sync';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** How often a watchdog would have been fed. */
const beats = ({ told }: FakeSupervisor): number => told.filter((state) => 'WATCHDOG' in state).length;

test('the daemon is ready when its first run is over, however that went', () => {
  const supervisor = new FakeSupervisor();
  const listener = supervisorListener(supervisor, new Pulse(LIMIT_MS));
  const report = reportLost({ code: 'SOURCE_UNREACHABLE', message: 'x' }, 12);
  listener.hear({ ...EVENT, report });
  listener.hear(EVENT);
  expect(supervisor.told).toEqual([
    { READY: '1', STATUS: expect.stringContaining('SOURCE_UNREACHABLE') },
    { STATUS },
  ]);
});

test('the watchdog is fed from then on, until the end', async () => {
  const supervisor = new FakeSupervisor(100);
  const listener = supervisorListener(supervisor, new Pulse(LIMIT_MS));
  vi.advanceTimersByTime(500);
  expect(beats(supervisor)).toBe(0);
  listener.hear(EVENT);
  listener.hear(EVENT);
  vi.advanceTimersByTime(500);
  expect(beats(supervisor)).toBe(5);
  await listener.close?.();
  vi.advanceTimersByTime(500);
  expect([beats(supervisor), supervisor.isClosed]).toEqual([5, true]);
});

test('a run in flight counts as turning until its deadline, and again when it has ended all the same', async () => {
  const supervisor = new FakeSupervisor(100);
  const pulse = new Pulse(LIMIT_MS);
  const listener = supervisorListener(supervisor, pulse);
  listener.hear(EVENT);
  let end = (): void => undefined;
  const turn = pulse.watch(
    new Promise<void>((resolve) => {
      end = resolve;
    }),
  );
  vi.advanceTimersByTime(5_000);
  expect([beats(supervisor), pulse.isBeating]).toEqual([9, false]);
  end();
  await turn;
  vi.advanceTimersByTime(500);
  expect([beats(supervisor), pulse.isBeating]).toEqual([14, true]);
  await listener.close?.();
});

test('a turn that fails is over too, and its error goes on', async () => {
  const pulse = new Pulse(LIMIT_MS);
  await expect(pulse.watch(Promise.reject(new Error('bug')))).rejects.toThrow('bug');
  vi.advanceTimersByTime(5_000);
  expect(pulse.isBeating).toBe(true);
});

test('a reload is over with the run that answers it', async () => {
  const supervisor = new FakeSupervisor();
  let heard: Ask = async () => null;
  const trigger = tellReloads(supervisor, {
    start: (ask) => {
      heard = ask;
      return { stop: async () => undefined };
    },
  });
  let answer = (_event: RunEvent): void => undefined;
  trigger.start(
    async () =>
      await new Promise((resolve) => {
        answer = resolve;
      }),
  );
  const answered = heard('signal');
  expect(supervisor.told).toEqual([{ RELOADING: '1' }]);
  answer(EVENT);
  expect(await answered).toBe(EVENT);
  expect(supervisor.told).toEqual([{ RELOADING: '1' }, { READY: '1' }]);
});

test('the end is told as soon as it is asked for', async () => {
  const supervisor = new FakeSupervisor();
  await tellEnd(supervisor, Promise.resolve());
  expect(supervisor.told).toEqual([{ STOPPING: '1' }]);
});
