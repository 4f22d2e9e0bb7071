import { describe, expect, test } from 'vitest';
import { ReconcileError } from '../../src/core/errors.ts';
import type { MetricsOptions } from '../../src/daemon/metrics.ts';
import { Metrics } from '../../src/daemon/metrics.ts';
import { textfileListener } from '../../src/daemon/write-textfile.ts';
import { parseExposition } from '../core/metrics/parse-exposition.ts';
import { changed, ended, failed, LIVE } from '../core/metrics/run-events.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { FakeHost } from '../reconcile/host.ts';

const UNREADABLE = new ReconcileError('STATE_UNUSABLE', 'the ledger cannot be read');

/** The figures of a host in memory. */
function start(options: Partial<MetricsOptions> = {}) {
  const host = new FakeHost();
  const log = new FakeLog();
  const noted: Date[] = [];
  const success = { note: (at: Date) => void noted.push(at), last: () => noted.at(-1) ?? null };
  const build = { version: '1.2.3', node_version: '20.19.0' };
  const metrics = new Metrics({ world: () => host.world, success, build, log, ...options });
  const read = async () => parseExposition(await metrics.read());
  return { host, log, metrics, read };
}

describe('the figures', () => {
  test('are there before the first run', async () => {
    const series = await start().read();
    expect(series.get('state_readable')).toBe(1);
    expect(series.get('build_info{node_version="20.19.0",version="1.2.3"}')).toBe(1);
    expect([...series.keys()].filter((name) => name.startsWith('last_'))).toEqual([]);
  });

  test('tell how the last run ended', async () => {
    const { metrics, read } = start();
    metrics.hear(failed('SOURCE_UNREACHABLE', { exitCode: 12 }));
    const series = await read();
    expect(series.get('last_run_info{code="SOURCE_UNREACHABLE",result="failed"}')).toBe(1);
    expect(series.get('last_run_exit_code')).toBe(12);
    expect(series.get('last_run_duration_seconds')).toBe(2);
    expect(series.get('last_run_timestamp_seconds')).toBe(Date.parse('2026-01-02T03:04:07.000Z') / 1000);
    expect(series.has('last_success_timestamp_seconds')).toBe(false);
    metrics.hear(ended());
    const later = await read();
    expect(later.get('last_run_info{code="",result="in-sync"}')).toBe(1);
    expect([...later.keys()].filter((name) => name.startsWith('last_run_info'))).toHaveLength(1);
    expect(later.get('last_success_timestamp_seconds')).toBe(Date.parse('2026-01-02T03:04:07.000Z') / 1000);
  });

  test.each(['paused', 'busy', 'failed'] as const)(
    'take no run that was %s for a success',
    async (status) => {
      const { metrics, read } = start();
      metrics.hear(ended({ status }));
      expect((await read()).has('last_success_timestamp_seconds')).toBe(false);
    },
  );

  test.each([
    ['COMMIT_HELD', 1],
    ['APPLY_UNDONE', 1],
    ['GRAMMAR', 0],
  ] as const)('with the error %s have %i as head_held', async (code, held) => {
    const { metrics, read } = start();
    metrics.hear(failed(code));
    expect((await read()).get('head_held')).toBe(held);
  });

  test('know what was live when they began', async () => {
    const host = new FakeHost();
    await host.rollOut();
    const applied = host.ledger.read().lastGood?.commit ?? '';
    const { metrics, read } = start({ world: () => host.world });
    metrics.hear(changed(applied));
    expect((await read()).get('drift_heals_total')).toBe(1);
  });

  test('count webhooks by what became of them', async () => {
    const { metrics, read } = start();
    const { countDelivery } = metrics;
    countDelivery('push');
    countDelivery('push');
    expect((await read()).get('webhook_deliveries_total{result="push"}')).toBe(2);
  });
});

describe('a host that cannot be read', () => {
  const world = () => {
    throw UNREADABLE;
  };

  test('is told by a figure, and what was counted is told all the same', async () => {
    const { metrics, read } = start({ world });
    metrics.hear(ended());
    const series = await read();
    expect(series.get('state_readable')).toBe(0);
    expect(series.get('runs_total{result="in-sync"}')).toBe(1);
    expect(series.has('reload_owed')).toBe(false);
  });

  test('is told to the log once, until it is another reason', async () => {
    let reason = 'one';
    const { log, read } = start({
      world: () => {
        throw new Error(reason);
      },
    });
    await read();
    await read();
    reason = 'two';
    await read();
    expect(log.events.map(({ level, name, fields }) => [level, name, fields.reason])).toEqual([
      ['warning', 'unmeasured', 'one'],
      ['warning', 'unmeasured', 'two'],
    ]);
  });

  test('ends no run where the success cannot be noted', () => {
    const success = { note: world, last: () => null };
    const { metrics, log } = start({ success });
    metrics.hear(ended());
    expect(log.names()).toEqual(['unnoted']);
  });
});

describe('a textfile', () => {
  /** What is written after one run. */
  function writtenAfter(event = ended(), { hasWindows = false, host = new FakeHost() } = {}): string {
    const { metrics } = start({ world: () => host.world });
    const written: string[] = [];
    const textfile = { write: (text: string) => void written.push(text) };
    metrics.hear(event);
    const { readGauges } = metrics;
    textfileListener({ textfile, readGauges, hasWindows, log: new FakeLog() }).hear(event);
    return written.join();
  }

  test('has no counters: a run by cron has no past', () => {
    const text = writtenAfter(failed('DEADLINE'));
    expect(text).not.toMatch(/_total|histogram|counter/);
    expect(parseExposition(text).get('last_run_info{code="DEADLINE",result="failed"}')).toBe(1);
  });

  test('may be renewed after a run that found nothing to do', () => {
    expect(writtenAfter()).toMatch(/^# While there is nothing to do/);
  });

  test.each([
    ['a run that changed something', writtenAfter(changed(LIVE))],
    ['a run that failed', writtenAfter(failed('DEADLINE'))],
    ['a paused run', writtenAfter(ended({ status: 'paused' }))],
    ['a run on a host with change windows', writtenAfter(ended(), { hasWindows: true })],
  ])('may not be renewed after %s', (_what, text) => {
    expect(text).toMatch(/^# HELP/);
  });

  test('may not be renewed while no commit is taken', () => {
    const host = new FakeHost();
    host.restraint = { kind: 'heal-only', reason: 'freeze', until: null };
    expect(writtenAfter(ended(), { host })).toMatch(/^# HELP/);
  });

  test('that cannot be written is a warning, once', () => {
    const log = new FakeLog();
    const write = () => {
      throw new Error('cannot write /a.prom: no space left on device');
    };
    const { metrics } = start();
    const { readGauges } = metrics;
    const listener = textfileListener({ textfile: { write }, readGauges, hasWindows: false, log });
    listener.hear(ended());
    listener.hear(ended());
    expect(log.events).toMatchObject([{ level: 'warning', name: 'textfile' }]);
  });
});
