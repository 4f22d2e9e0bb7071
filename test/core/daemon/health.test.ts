import { describe, expect, test } from 'vitest';
import type { Health, HealthRules } from '../../../src/core/daemon/health.ts';
import { judgeHealth } from '../../../src/core/daemon/health.ts';

const NOON = new Date('2026-10-01T12:00:00Z');
const ago = (seconds: number) => new Date(NOON.getTime() - seconds * 1000);
const PAUSED = { kind: 'paused', reason: 'moving', until: null } as const;

function judge(health: Partial<Health>, rules: Partial<HealthRules> = {}): readonly string[] {
  const usual = { since: ago(9999), lastSuccess: ago(1), failure: null, owedSince: null };
  const measure = { staleMs: 300_000, applied: 'abc', restraint: null, now: NOON };
  return judgeHealth({ ...usual, ...health }, { ...measure, ...rules });
}

describe('a host is ready', () => {
  test.each<[string, Partial<Health>, Partial<HealthRules>]>([
    ['when a run ended well just now', {}, {}],
    [
      'for some time while the repository is away',
      { lastSuccess: ago(300), failure: 'SOURCE_UNREACHABLE' },
      {},
    ],
    [
      'for some time after a restart',
      { since: ago(300), lastSuccess: null, failure: 'SOURCE_UNREACHABLE' },
      {},
    ],
    ['while a reload is owed for a short time', { owedSince: ago(300) }, {}],
    ['while it is paused', { owedSince: ago(9999) }, { restraint: PAUSED }],
    ['when the clock was set back', { lastSuccess: ago(-9999), owedSince: ago(-9999) }, {}],
    ['when nothing of ours was ever live and all is in sync', {}, { applied: null }],
  ])('%s', (_, health, rules) => {
    expect(judge(health, rules)).toEqual([]);
  });
});

describe('a host is not ready', () => {
  test.each<[string, Partial<Health>, Partial<HealthRules>, string]>([
    ['before the first run is over', { lastSuccess: null }, {}, 'the first run is not over yet'],
    [
      'when nothing could be made live',
      { since: ago(1), lastSuccess: null, failure: 'SOURCE_UNREACHABLE' },
      { applied: null },
      'no commit is live yet: the last run ended with SOURCE_UNREACHABLE',
    ],
    [
      'when no run has ended well for long',
      { lastSuccess: ago(301), failure: 'COMMIT_HELD' },
      {},
      'no run has ended well for 301 s: the last one ended with COMMIT_HELD',
    ],
    ['when there are no runs', { lastSuccess: ago(301) }, {}, 'no run has ended well for 301 s'],
    ['when there are none while it is paused', { lastSuccess: ago(301) }, { restraint: PAUSED }, '301 s'],
    [
      'when a reload is owed for long',
      { owedSince: ago(301) },
      { restraint: { ...PAUSED, kind: 'heal-only' } },
      'a reload has been owed since 2026-10-01T11:54:59.000Z',
    ],
  ])('%s', (_, health, rules, why) => {
    expect(judge(health, rules)).toEqual([expect.stringContaining(why)]);
  });
});
