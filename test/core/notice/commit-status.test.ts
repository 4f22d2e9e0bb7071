import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../../src/core/daemon/report.ts';
import { ERRORS } from '../../../src/core/errors.ts';
import type { CommitStatus, StatusMemory } from '../../../src/core/notice/commit-status.ts';
import { judgeStatus } from '../../../src/core/notice/commit-status.ts';
import { STATUS_FORGES } from '../../../src/core/notice/status-forge.ts';
import { applied, failed, inSync, ONE, TWO } from '../../helpers/run-reports.ts';

const MINUTE = 60_000;

/** The statuses of reports that come one after the other. */
class Statuses {
  #memory: StatusMemory | null = null;
  #nowMs = Date.parse('2026-01-02T03:04:05Z');

  hear(report: RunReport, { afterMs = MINUTE, isTaken = true } = {}): CommitStatus | null {
    this.#nowMs += afterMs;
    const judged = judgeStatus(this.#memory, report, { host: 'web-1', now: new Date(this.#nowMs) });
    this.#memory = isTaken ? judged.told : judged.missed;
    return judged.status;
  }
}

test('a commit is live, once for all looks that find it so', () => {
  const statuses = new Statuses();
  expect(statuses.hear(applied(ONE))).toEqual({
    commit: ONE,
    state: 'success',
    context: 'php-env-reconciler/web-1',
    description: 'live on this host',
  });
  expect(statuses.hear(inSync(ONE))).toBeNull();
  expect(statuses.hear(inSync(TWO))).toMatchObject({ commit: TWO, state: 'success' });
});

test('what was sent in vain is sent again after ten minutes', () => {
  const statuses = new Statuses();
  expect(statuses.hear(inSync(ONE), { isTaken: false })).not.toBeNull();
  expect(statuses.hear(inSync(ONE), { isTaken: false })).toBeNull();
  expect(statuses.hear(inSync(ONE), { afterMs: 10 * MINUTE })).not.toBeNull();
  expect(statuses.hear(inSync(ONE), { afterMs: 10 * MINUTE })).toBeNull();
});

test.each([
  ['YAML_SYNTAX', 'failure'],
  ['COMMIT_UNTRUSTED', 'failure'],
  ['APPLY_UNDONE', 'failure'],
  ['COMMIT_HELD', 'failure'],
  ['RELOAD_UNPROVEN', 'pending'],
  ['ENVIRONMENT_BROKEN', 'pending'],
  ['WRITE_FAILED', 'pending'],
  ['SOURCE_UNREACHABLE', 'pending'],
  ['CONFIG_INVALID', 'pending'],
] as const)('%s makes a commit a %s', (code, state) => {
  expect(new Statuses().hear(failed(code, ONE))?.state).toBe(state);
});

test.each([
  ['nobody asked', inSync(null)],
  ['another run was at work', { ...inSync(null), status: 'busy' as const }],
  ['the host is paused', { ...inSync(null), status: 'paused' as const }],
  ['the repository is away', failed('SOURCE_UNREACHABLE')],
])('nothing is posted where %s', (_why, report) => {
  expect(new Statuses().hear(report)).toBeNull();
});

test('a refusal says where, within 140 characters', () => {
  const places = ['env/groups/regression.yaml', `env/${'长'.repeat(300)}.yaml`].map((file, i) => ({
    code: 'YAML_SYNTAX' as const,
    severity: 'error' as const,
    message: 'may show a value',
    at: { file, line: i + 1, column: 2 },
  }));
  const refused = { ...failed('YAML_SYNTAX', ONE), complaints: places };
  expect(new Statuses().hear(refused)?.description).toBe(
    'refused: YAML_SYNTAX at env/groups/regression.yaml:1:2 and 1 more',
  );
  const long = new Statuses().hear({ ...refused, complaints: places.slice(1) })?.description ?? '';
  expect(long.length).toBeLessThanOrEqual(140);
});

test('every code has a description that fits', () => {
  for (const code of Object.keys(ERRORS) as (keyof typeof ERRORS)[]) {
    const { description } = new Statuses().hear(failed(code, ONE)) ?? { description: '' };
    expect(description.length).toBeGreaterThan(10);
    expect(description.length).toBeLessThanOrEqual(140);
  }
});

describe('a forge', () => {
  const status: CommitStatus = {
    commit: ONE,
    state: 'failure',
    context: 'php-env-reconciler/web-1',
    description: 'd',
  };
  const { github, gitlab, gitea } = STATUS_FORGES;

  test('gets what its API asks for', () => {
    const { state, context, description } = status;
    expect(JSON.parse(github.encode(status))).toEqual({ state, context, description });
    expect(JSON.parse(gitea.encode(status))).toEqual({ state, context, description });
    expect(JSON.parse(gitlab.encode(status))).toEqual({ state: 'failed', name: context, description });
    expect(github.authorize('t')).toMatchObject({
      Authorization: 'Bearer t',
      'X-GitHub-Api-Version': '2022-11-28',
    });
    expect(gitea.authorize('t')).toMatchObject({ Authorization: 'token t' });
    expect(gitlab.authorize('t')).toEqual({ 'PRIVATE-TOKEN': 't' });
  });

  test('that has the status already is content', () => {
    const pending = { ...status, state: 'pending' as const };
    const again = (from: string) => ({
      status: 400,
      body: JSON.stringify({ message: `Cannot transition status via :enqueue from :${from} (Reason(s): …)` }),
    });
    expect(gitlab.findFault(pending, again('pending'))).toBeNull();
    expect(gitlab.findFault(pending, again('running'))).toBe('it answered 400');
    expect(gitlab.findFault(status, again('failed'))).toBeNull();
    expect(gitlab.findFault(status, { status: 400, body: 'null' })).toBe('it answered 400');
  });

  test.each([
    [201, null],
    [401, 'it answered 401: the token is not taken'],
    [404, 'it answered 404: there is no such repository or commit, or the token may not see it'],
    [301, 'it answered 301, and no redirect is followed'],
  ])('that answers %i: %j', (answered, fault) => {
    for (const forge of [github, gitlab, gitea])
      expect(forge.findFault(status, { status: answered, body: '{"message":"token abc"}' })).toBe(fault);
  });
});
