import { describe, expect, test, vi } from 'vitest';
import type { RunReport } from '../../src/core/daemon/report.ts';
import { noticeListener } from '../../src/daemon/notice-listener.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { inSync } from '../helpers/run-reports.ts';

/** A listener whose telling ends when the test says so. */
function start() {
  const began: RunReport[] = [];
  const ends: (() => void)[] = [];
  const signals: AbortSignal[] = [];
  const log = new FakeLog();
  const listener = noticeListener(async (report, deadline) => {
    began.push(report);
    signals.push(deadline);
    await new Promise<void>((resolve) => {
      ends.push(resolve);
      deadline.addEventListener('abort', () => resolve());
    });
  }, log);
  const hear = (commit: string): void =>
    listener.hear({ reasons: ['poll'], at: new Date(0), seconds: 0, report: inSync(commit) });
  const settle = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));
  return { listener, began, ends, signals, log, hear, settle };
}

describe('a listener', () => {
  test('hears at once, and tells of one run after the other', async () => {
    const { began, ends, hear, settle } = start();
    for (const commit of ['a', 'b', 'c']) hear(commit);
    await settle();
    expect(began.map(({ commit }) => commit)).toEqual(['a']);
    ends.shift()?.();
    await settle();
    expect(began.map(({ commit }) => commit)).toEqual(['a', 'b']);
  });

  test('lets no more than a hundred runs wait', async () => {
    const { began, ends, hear, settle } = start();
    for (let run = 0; run < 1000; run++) hear(String(run));
    for (let run = 0; run < 200; run++) {
      await settle();
      ends.shift()?.();
    }
    expect(began).toHaveLength(100);
  });

  test('waits three seconds at its end, and no longer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { listener, hear, settle, signals } = start();
      hear('a');
      await settle();
      const closed = listener.close?.();
      vi.advanceTimersByTime(2_999);
      expect(signals[0]?.aborted).toBe(false);
      vi.advanceTimersByTime(1);
      await closed;
      expect(signals[0]?.aborted).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('tells a bug to the log, with its stack, and goes on', async () => {
    const log = new FakeLog();
    let runs = 0;
    const listener = noticeListener(async () => {
      runs++;
      if (runs === 1) throw new Error('a bug');
    }, log);
    for (let run = 0; run < 2; run++)
      listener.hear({ reasons: ['poll'], at: new Date(0), seconds: 0, report: inSync(null) });
    await listener.close?.();
    expect(runs).toBe(2);
    expect(log.events).toEqual([
      { level: 'error', name: 'notices-failed', fields: { bug: expect.stringMatching(/a bug\n +at /) } },
    ]);
  });
});
