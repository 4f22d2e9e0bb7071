import { describe, expect, test } from 'vitest';
import { renderExposition } from '../../src/core/metrics/exposition.ts';
import { measureHost } from '../../src/reconcile/measure-host.ts';
import type { Series } from '../core/metrics/parse-exposition.ts';
import { parseExposition } from '../core/metrics/parse-exposition.ts';
import { FakeHost, PHP, SHELL } from './host.ts';

function measure(host: FakeHost, contact: Date | null = null): Series {
  const world = { ...host.world, contact: { note: () => undefined, last: () => contact } };
  return parseExposition(renderExposition(measureHost(world)));
}

test('a host without a past has no commit, no drift and no debt', () => {
  expect(Object.fromEntries(measure(new FakeHost()))).toEqual({
    reload_owed: 0,
    ledger_lost: 0,
    held_contents: 0,
    paused: 0,
    heal_only: 0,
  });
});

test('a host that is in sync has one commit, the time of the last change and files without drift', async () => {
  const host = new FakeHost();
  const commit = host.commit('A: one\n');
  await host.run();
  host.clock.advance(60_000);
  await host.run();
  expect(Object.fromEntries(measure(host))).toEqual({
    [`applied_info{commit="${commit}"}`]: 1,
    last_change_timestamp_seconds: Date.parse('2026-01-02T03:04:05.000Z') / 1000,
    reload_owed: 0,
    ledger_lost: 0,
    held_contents: 0,
    'drift{target="php-fpm"}': 0,
    'drift{target="shell"}': 0,
    paused: 0,
    heal_only: 0,
  });
});

test('the time of the last contact is that of the host', () => {
  expect(measure(new FakeHost(), new Date(5000)).get('last_contact_timestamp_seconds')).toBe(5);
});

test.each([
  [PHP, 'php-fpm', 'shell'],
  [SHELL, 'shell', 'php-fpm'],
])('drift of %s is told of %s and not of %s', async (path, target, other) => {
  const host = new FakeHost();
  await host.rollOut();
  host.files.place(path, 'edited\n');
  const series = measure(host);
  expect(series.get(`drift{target="${target}"}`)).toBe(1);
  expect(series.get(`drift{target="${other}"}`)).toBe(0);
});

test('a debt and held content are told', async () => {
  const host = new FakeHost();
  await host.rollOut();
  host.service.reloadScript.push('unhealthy');
  host.commit('A: bad\n');
  expect(await host.run()).toMatchObject({ exit: 17 });
  const { owed, ...record } = host.ledger.read();
  expect([owed, measure(host).get('reload_owed'), measure(host).get('held_contents')]).toEqual([null, 0, 1]);
  const debt = { fingerprint: null, commit: null, incarnation: null, runs: 'unknown', attempts: 1 } as const;
  host.ledger.write({ ...record, owed: { phase: 'prepared', ...debt } });
  expect(measure(host).get('reload_owed')).toBe(1);
});

test('a ledger that was lost is told, with the debt that it leaves', async () => {
  const host = new FakeHost();
  await host.rollOut();
  host.ledger.lose();
  expect([measure(host).get('ledger_lost'), measure(host).get('reload_owed')]).toEqual([1, 1]);
});

describe('a restraint', () => {
  test.each([
    ['paused', 'heal_only'],
    ['heal_only', 'paused'],
  ])('that is %s is not %s', (name, other) => {
    const host = new FakeHost();
    const kind = name === 'paused' ? 'paused' : 'heal-only';
    host.restraint = { kind, reason: 'freeze', until: '1970-01-01T01:00:00.000Z' };
    const series = measure(host);
    expect([series.get(name), series.get(other)]).toEqual([1, 0]);
    expect(series.get('restraint_until_timestamp_seconds')).toBe(3600);
  });

  test('whose end is not known has none', () => {
    const host = new FakeHost();
    host.restraint = { kind: 'heal-only', reason: 'freeze', until: null };
    expect(measure(host).has('restraint_until_timestamp_seconds')).toBe(false);
  });
});

test('measuring changes nothing, asks nobody and tells no value', async () => {
  const host = new FakeHost();
  host.commit('TOKEN: hunter2\n');
  await host.run();
  const before = [host.ledger.records.length, host.files.bytesAt(PHP), host.service.signals];
  const { source } = host.world;
  const asked = { ...source, probe: () => Promise.reject(new Error('asked')) };
  const samples = measureHost({ ...host.world, source: asked });
  expect(JSON.stringify(samples)).not.toContain('hunter2');
  expect([host.ledger.records.length, host.files.bytesAt(PHP), host.service.signals]).toEqual(before);
});
