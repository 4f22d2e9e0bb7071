import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseExposition } from '../core/metrics/parse-exposition.ts';
import { lintMetrics } from '../helpers/promtool.ts';
import { SENDERS } from '../helpers/webhooks.ts';
import { DEBT, editLedger, startMeasuredDaemon } from './real-figures.ts';
import { RealHost } from './real-host.ts';
import { RealListener } from './real-listener.ts';

describe('the figures of a daemon', () => {
  test('follow a push: the commit, the time of the change, one reload', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    const before = await daemon.series();
    const commit = await host.commit({ 'env/common.yaml': 'A: two\n' });
    const after = await daemon.until('the commit', (found) => found.has(`applied_info{commit="${commit}"}`));
    expect([...after.keys()].filter((name) => name.startsWith('applied_info'))).toHaveLength(1);
    const changedAt = (series: typeof after) => series.get('last_change_timestamp_seconds') ?? 0;
    expect(changedAt(after)).toBeGreaterThan(changedAt(before));
    const counted = await daemon.until('the run', (found) => found.get('runs_total{result="applied"}') === 2);
    expect(counted.get('reloads_total')).toBe((before.get('reloads_total') ?? 0) + 1);
    expect(counted.get('drift_heals_total')).toBe(0);
    expect(counted.get('last_success_timestamp_seconds')).toBeGreaterThanOrEqual(changedAt(after));
    expect(counted.get('state_readable')).toBe(1);
  });

  test('are as promtool wants them, and without a value', async () => {
    const host = await RealHost.start();
    await host.commit({ 'env/common.yaml': 'A: hunter2\n' });
    const daemon = await startMeasuredDaemon(host);
    await host.commit({ 'env/common.yaml': 'A: [\n' });
    await daemon.until('the refusal', (found) => (found.get('last_run_exit_code') ?? 0) === 14);
    const text = await daemon.scrape();
    expect(lintMetrics(text)).toBe('');
    expect(text).not.toContain('hunter2');
    expect(text).toContain('run_errors_total{code="YAML');
  });

  test('turn with a pause, and with drift that it keeps from being healed', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    const call = (...words: readonly string[]) => host.call(...words, '--config', host.config);
    expect(call('pause', '--reason', 'freeze', '--for', '1h')).toMatchObject({ exit: 0 });
    writeFileSync(host.shellPath, 'edited\n');
    const paused = await daemon.series();
    expect([paused.get('paused'), paused.get('heal_only')]).toEqual([1, 0]);
    expect(paused.get('restraint_until_timestamp_seconds')).toBeGreaterThan(
      paused.get('last_run_timestamp_seconds') ?? 0,
    );
    expect([paused.get('drift{target="shell"}'), paused.get('drift{target="php-fpm"}')]).toEqual([1, 0]);
    expect(call('resume')).toMatchObject({ exit: 0 });
    daemon.signal('SIGHUP');
    const healed = await daemon.until('the heal', (found) => found.get('drift_heals_total') === 1);
    expect([healed.get('paused'), healed.get('drift{target="shell"}')]).toEqual([0, 0]);
  });

  test('turn with a reload that is owed, and back when it is proven', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    expect((await daemon.series()).get('reload_owed')).toBe(0);
    editLedger(host, (record) => ({ ...record, owed: DEBT }));
    expect((await daemon.series()).get('reload_owed')).toBe(1);
    daemon.signal('SIGHUP');
    await daemon.until('the proof', (found) => found.get('reload_owed') === 0);
  });

  test('turn with content that php-fpm does not take over, and back with the next commit', async () => {
    const host = await RealHost.start();
    const reload = `grep -q bad ${host.php.envPath} || kill -USR2 $(cat ${host.php.pidPath})`;
    host.configure(`reload:\n  command: [sh, -c, '${reload}']\n  margin_seconds: 1\n`);
    const daemon = await startMeasuredDaemon(host);
    await host.commit({ 'env/common.yaml': 'A: bad\n' });
    const held = await daemon.until('the hold', (found) => found.get('head_held') === 1);
    expect(held.get('held_contents')).toBe(1);
    expect([16, 17]).toContain(held.get('last_run_exit_code'));
    expect(held.get('run_errors_total{code="APPLY_UNDONE"}')).toBe(1);
    expect(held.get('drift_heals_total')).toBe(0);
    await host.commit({ 'env/common.yaml': 'A: good\n' });
    await daemon.until('the next commit', (found) => found.get('head_held') === 0);
  });

  test('say that the state cannot be read, while the daemon goes on', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    chmodSync(host.state, 0o777);
    const unreadable = await daemon.series();
    expect(unreadable.get('state_readable')).toBe(0);
    expect(unreadable.has('reload_owed')).toBe(false);
    expect(unreadable.get('runs_total{result="applied"}')).toBe(1);
    chmodSync(host.state, 0o700);
    expect((await daemon.series()).get('state_readable')).toBe(1);
  });

  test('say that the ledger was lost, until a run has proven the host anew', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    writeFileSync(join(host.state, 'ledger.json'), 'damaged');
    const lost = await daemon.series();
    expect([lost.get('ledger_lost'), lost.get('reload_owed'), lost.get('state_readable')]).toEqual([1, 1, 1]);
    daemon.signal('SIGHUP');
    await daemon.until(
      'the proof',
      (found) => found.get('ledger_lost') === 0 && found.get('reload_owed') === 0,
    );
  });

  test('say so too while the configuration is wrong', async () => {
    const host = await RealHost.start();
    const daemon = await startMeasuredDaemon(host);
    host.configure('mistyped: true\n');
    expect((await daemon.series()).get('state_readable')).toBe(0);
    host.configure();
    expect((await daemon.series()).get('state_readable')).toBe(1);
  });

  test('count webhooks, and are told over the network too', async () => {
    const listener = await RealListener.start();
    expect((await listener.ask('GET /metrics')).body).not.toContain('webhook');
    expect(await listener.deliver()).toMatchObject({ status: 202 });
    expect(await listener.deliver({ secret: SENDERS.github.other })).toMatchObject({ status: 401 });
    const { body } = await listener.ask('GET /metrics');
    const series = parseExposition(body);
    expect(series.get('webhook_deliveries_total{result="push"}')).toBe(1);
    expect(series.get('webhook_deliveries_total{result="refused"}')).toBe(1);
    expect(series.get('last_contact_timestamp_seconds')).toBeGreaterThan(0);
    expect(lintMetrics(body)).toBe('');
  });
});
