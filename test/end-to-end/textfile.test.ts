import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { headersOf, parseExposition } from '../core/metrics/parse-exposition.ts';
import { lintMetrics } from '../helpers/promtool.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { startDaemon } from './real-daemon.ts';
import { startMeasuredDaemon } from './real-figures.ts';
import { RealHost } from './real-host.ts';

/** A host that writes a textfile, and how it is read. */
async function start(settings = '') {
  const host = await RealHost.start();
  const path = join(host.directory, 'collected', 'reconcile.prom');
  mkdirSync(dirname(path));
  host.configure(`metrics:\n  textfile: ${path}\n${settings}`);
  const read = () => readFileSync(path, 'utf8');
  const series = () => parseExposition(read());
  return { host, path, read, series };
}

const IN_SILENCE = { exit: 0, stdout: '', stderr: '' };
const RENEWABLE = /^# While there is nothing to do/;

describe('a run by cron', () => {
  test('tells a textfile how it ended, whole, for all to read', async () => {
    const { host, path, read, series } = await start();
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(statSync(path).mode & 0o7777).toBe(0o644);
    expect(readdirSync(dirname(path))).toEqual(['reconcile.prom']);
    expect(lintMetrics(read())).toBe('');
    const found = series();
    expect(found.get('last_run_info{code="",result="applied"}')).toBe(1);
    expect(found.get('last_success_timestamp_seconds')).toBe(found.get('last_run_timestamp_seconds'));
    expect(found.get('drift{target="shell"}')).toBe(0);
  });

  test('tells a failure too, and keeps the time of the last success', async () => {
    const { host, series } = await start();
    host.once();
    const before = series();
    await host.commit({ 'env/common.yaml': 'A: [\n' });
    expect(host.once()).toMatchObject({ exit: 14 });
    const after = series();
    expect([after.get('last_run_exit_code'), after.get('state_readable')]).toEqual([14, 1]);
    const time = 'last_success_timestamp_seconds';
    expect(Math.round((after.get(time) ?? 0) * 1000)).toBe(Math.round((before.get(time) ?? 0) * 1000));
    expect(after.get('last_run_timestamp_seconds')).toBeGreaterThan(before.get(time) ?? 0);
  });

  test('tells that the state cannot be used, before anything else could be done', async () => {
    const { host, series } = await start();
    host.once();
    chmodSync(host.state, 0o777);
    expect(host.once()).toMatchObject({ exit: 19 });
    const found = series();
    expect([found.get('last_run_exit_code'), found.get('state_readable')]).toEqual([19, 0]);
    expect(found.get('last_run_info{code="STATE_UNUSABLE",result="failed"}')).toBe(1);
  });

  test('that is dry tells nothing', async () => {
    const { host, path } = await start();
    expect(host.once('--dry-run')).toMatchObject({ exit: 0 });
    expect(host.call('plan', '--config', host.config)).toMatchObject({ exit: 0 });
    expect(existsSync(path)).toBe(false);
  });

  test('that cannot write it warns, and ends as without it', async () => {
    const { host, path } = await start();
    rmSync(dirname(path), { recursive: true });
    const applied = host.once();
    expect(applied).toMatchObject({ exit: 0, stderr: expect.stringContaining(`cannot write ${path}`) });
    expect(applied.stderr.trim().split('\n')).toHaveLength(1);
    expect(await host.ask('A')).toBe('one');
    expect(host.once('--detailed-exitcode')).toMatchObject({ exit: 0, stdout: '' });
    mkdirSync(dirname(path));
    expect(host.once()).toEqual(IN_SILENCE);
    expect(existsSync(path)).toBe(true);
  });

  test('has the same HELP and TYPE as a daemon', async () => {
    const { host, read } = await start();
    const daemon = await startMeasuredDaemon(host);
    host.once();
    const headers = headersOf(await daemon.scrape());
    expect(headersOf(read()).filter((line) => !headers.includes(line))).toEqual([]);
  });
});

describe('a pass that finds nothing to do', () => {
  /** A host of which the next pass is a quiet one. */
  async function quiet() {
    const started = await start();
    started.host.once();
    expect(started.host.once()).toEqual(IN_SILENCE);
    expect(started.read()).toMatch(RENEWABLE);
    return started;
  }

  test('renews the times of the textfile, and nothing else', async () => {
    const { host, path, read, series } = await quiet();
    const before = series();
    const ledger = host.identity(join(host.state, 'ledger.json'));
    expect(host.once()).toEqual(IN_SILENCE);
    const after = series();
    const changed = [...after].filter(([name, value]) => before.get(name) !== value).map(([name]) => name);
    expect(changed.sort()).toEqual(['last_run_timestamp_seconds', 'last_success_timestamp_seconds']);
    expect([...after.keys()]).toEqual([...before.keys()]);
    expect(host.identity(join(host.state, 'ledger.json'))).toBe(ledger);
    expect(statSync(path).mode & 0o7777).toBe(0o644);
    expect(lintMetrics(read())).toBe('');
  });

  test('counts as a success when a later run fails', async () => {
    const { host, series } = await quiet();
    host.once();
    const before = series().get('last_success_timestamp_seconds') ?? 0;
    await host.commit({ 'env/common.yaml': 'A: [\n' });
    host.once();
    expect(series().get('last_success_timestamp_seconds')).toBeCloseTo(before, 2);
  });

  test('is not quiet where the textfile was removed or changed', async () => {
    const { host, path, read } = await quiet();
    rmSync(path);
    expect(host.once()).toEqual(IN_SILENCE);
    expect(read()).toMatch(RENEWABLE);
    writeFileSync(path, 'somebody else 1\n');
    expect(host.once()).toEqual(IN_SILENCE);
    expect(read()).toMatch(RENEWABLE);
  });

  test('tells a pause and its end', async () => {
    const { host, read, series } = await quiet();
    host.call('pause', '--reason', 'freeze', '--for', '1h', '--config', host.config);
    expect(host.once()).toEqual(IN_SILENCE);
    expect([series().get('paused'), RENEWABLE.test(read())]).toEqual([1, false]);
    expect(series().get('last_run_info{code="",result="paused"}')).toBe(1);
    host.call('resume', '--config', host.config);
    expect(host.once()).toEqual(IN_SILENCE);
    expect([series().get('paused'), RENEWABLE.test(read())]).toEqual([0, true]);
  });

  test('tells the end of a failure, although nothing is to be done', async () => {
    const { host, read, series } = await quiet();
    const away = `${host.bare}.away`;
    renameSync(host.bare, away);
    expect(host.once()).toMatchObject({ exit: 12 });
    expect(series().get('last_run_exit_code')).toBe(12);
    renameSync(away, host.bare);
    expect(host.once()).toEqual(IN_SILENCE);
    expect([series().get('last_run_exit_code'), RENEWABLE.test(read())]).toEqual([0, true]);
  });

  test('is a whole pass on a host with change windows: the time alone changes what is told', async () => {
    const { host, read } = await start('schedule:\n  windows: ["00:00-24:00"]\n');
    host.once();
    expect(host.once()).toEqual(IN_SILENCE);
    expect(read()).toMatch(/^# HELP/);
  });
});

test('a daemon writes it after each run, and a quiet pass beside it renews it', async () => {
  const { host, path, read, series } = await start();
  const daemon = await startDaemon(host);
  await waitFor('the first run', () => existsSync(path));
  daemon.signal('SIGHUP');
  await waitFor('the next run', () => RENEWABLE.test(read()));
  const before = series().get('last_run_timestamp_seconds') ?? 0;
  expect(host.once()).toEqual(IN_SILENCE);
  expect(series().get('last_run_timestamp_seconds')).toBeGreaterThan(before);
  await daemon.stop();
});
