import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../../src/core/daemon/report.ts';
import { judgeRun } from '../../../src/core/notice/judge-run.ts';
import type { RunMemory } from '../../../src/core/notice/memory.ts';
import { NOTHING_REMEMBERED } from '../../../src/core/notice/memory.ts';
import type { Notice } from '../../../src/core/notice/notice.ts';
import { applied, failed, healed, inSync, ONE, PHP_FILE, TWO } from '../../helpers/run-reports.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A host whose runs are judged one after the other. */
class Judge {
  memory: RunMemory = NOTHING_REMEMBERED;
  #nowMs = Date.parse('2026-01-02T03:04:05Z');

  /** The notice of a run, `afterMs` later than the one before; `isTaken`: whether anybody takes it. */
  hear(report: RunReport, { afterMs = MINUTE, isTaken = true } = {}): Notice | null {
    this.#nowMs += afterMs;
    const now = new Date(this.#nowMs);
    const judged = judgeRun(this.memory, report, {
      host: 'web-1',
      environment: null,
      repeatMs: 24 * HOUR,
      now,
    });
    this.memory = isTaken ? judged.told : judged.missed;
    return judged.notice;
  }

  kinds(...reports: readonly RunReport[]): readonly (string | null)[] {
    return reports.map((report) => this.hear(report)?.kind ?? null);
  }
}

const AWAY = failed('SOURCE_UNREACHABLE');

describe('a failure', () => {
  test('is told once, and its end once', () => {
    expect(new Judge().kinds(AWAY, AWAY, AWAY, inSync(ONE), inSync(ONE))).toEqual([
      'failed',
      null,
      null,
      'recovered',
      null,
    ]);
  });

  test('that goes on is told again after a day, with its beginning', () => {
    const judge = new Judge();
    const first = judge.hear(AWAY);
    expect(first?.since).toBeNull();
    expect(judge.hear(AWAY, { afterMs: 23 * HOUR })).toBeNull();
    const again = judge.hear(AWAY, { afterMs: 2 * HOUR });
    expect(again).toMatchObject({ kind: 'failed', since: first?.at });
    expect(judge.hear(AWAY)).toBeNull();
    expect(judge.hear(inSync(ONE))).toMatchObject({ kind: 'recovered', since: first?.at });
  });

  test('of another kind, or of another commit, is told at once', () => {
    const reports = [AWAY, failed('SOURCE_DENIED'), failed('YAML_SYNTAX', ONE), failed('YAML_SYNTAX', TWO)];
    expect(new Judge().kinds(...reports)).toEqual(['failed', 'failed', 'failed', 'failed']);
  });

  test('that alternates with another one is told once', () => {
    const denied = failed('SOURCE_DENIED');
    expect(new Judge().kinds(AWAY, denied, AWAY, denied, inSync(ONE))).toEqual([
      'failed',
      'failed',
      null,
      null,
      'recovered',
    ]);
  });

  test('that comes and goes is told every ten minutes at most, and never lost', () => {
    const judge = new Judge();
    const kinds = Array.from({ length: 30 }, (_, i) => judge.hear(i % 2 === 0 ? AWAY : inSync(ONE))?.kind);
    expect(kinds.filter((kind) => kind === 'failed')).toHaveLength(3);
    expect(kinds.filter((kind) => kind === 'recovered')).toHaveLength(3);
    expect(judge.kinds(...Array.from({ length: 11 }, () => AWAY))).toContain('failed');
  });

  test('that nobody took is sent again after ten minutes, and so is its end', () => {
    const judge = new Judge();
    expect(judge.hear(AWAY, { isTaken: false })?.kind).toBe('failed');
    expect(judge.hear(AWAY, { afterMs: 9 * MINUTE, isTaken: false })).toBeNull();
    expect(judge.hear(AWAY, { afterMs: MINUTE, isTaken: false })?.kind).toBe('failed');
    expect(judge.hear(inSync(ONE))).toBeNull();
    expect(judge.hear(inSync(ONE), { afterMs: 10 * MINUTE })?.kind).toBe('recovered');
  });

  test('whose end nobody took is told to be over later', () => {
    const judge = new Judge();
    judge.hear(AWAY);
    expect(judge.hear(inSync(ONE), { isTaken: false })?.kind).toBe('recovered');
    expect(judge.hear(inSync(ONE))).toBeNull();
    expect(judge.hear(inSync(ONE), { afterMs: 10 * MINUTE })?.kind).toBe('recovered');
  });

  test('says where the repository is wrong, and not what is wrong there', () => {
    const at = { file: 'env/common.yaml', line: 3, column: 1 };
    const complaint = { code: 'YAML_SYNTAX', severity: 'error', message: 'a value: hunter2', at } as const;
    const warning = { ...complaint, severity: 'warning', at: { ...at, line: 9 } } as const;
    const report = {
      ...failed('YAML_SYNTAX', ONE),
      complaints: [complaint, warning, { ...complaint, at: null }],
    };
    expect(new Judge().hear(report)).toMatchObject({ code: 'YAML_SYNTAX', commit: ONE, places: [at] });
  });

  test('is not over because a run did not ask the repository', () => {
    expect(new Judge().kinds(failed('YAML_SYNTAX', ONE), inSync(null), inSync(TWO))).toEqual([
      'failed',
      null,
      'recovered',
    ]);
  });

  test.each(['busy', 'paused'] as const)('is not over because a run was %s', (status) => {
    const judge = new Judge();
    judge.hear(AWAY);
    const before = judge.memory;
    expect(judge.hear({ ...inSync(null), status })).toBeNull();
    expect(judge.memory).toBe(before);
  });

  test('of twenty kinds is remembered, of more the oldest is forgotten', () => {
    const judge = new Judge();
    for (let i = 10; i < 40; i++) judge.hear(failed('YAML_SYNTAX', String(i).repeat(20)));
    expect(judge.memory.failures).toHaveLength(20);
  });
});

describe('content that php-fpm does not take over', () => {
  const undone = { ...failed('APPLY_UNDONE', TWO), content: ONE };
  const held = failed('COMMIT_HELD', TWO);

  test('is told once, however often it is tried and held', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    expect(judge.kinds(undone, held, held, undone, held)).toEqual(['undone', null, null, null, null]);
  });

  test('is over with the next commit, which is told with it', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    judge.hear(undone);
    const three = '3'.repeat(40);
    expect(judge.hear(applied(three))).toMatchObject({ kind: 'recovered', commit: three, reloads: 1 });
    expect(judge.hear(inSync(three))).toBeNull();
  });

  test('is not told as healed when its files are put back', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    judge.hear(undone);
    expect(judge.hear({ ...undone, changes: applied(ONE).changes })).toBeNull();
  });
});

describe('a change', () => {
  test('of each commit is told, with its files', () => {
    const judge = new Judge();
    expect(judge.hear(applied(ONE))).toMatchObject({
      kind: 'applied',
      commit: ONE,
      environment: 'func-01',
      changes: [{ kind: 'replace', path: PHP_FILE }],
      reloads: 1,
      code: null,
    });
    expect(judge.kinds(inSync(ONE), applied(TWO), applied(ONE))).toEqual([null, 'applied', 'applied']);
  });

  test('that a commit does not bring to this host is none', () => {
    expect(new Judge().kinds(applied(ONE), inSync(TWO))).toEqual(['applied', null]);
  });

  test('that no commit made is told as healed, once an hour for the same files', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    expect(judge.kinds(healed(ONE), healed(ONE), healed(ONE, '/etc/profile.d/shell_env.sh'))).toEqual([
      'healed',
      null,
      'healed',
    ]);
    expect(judge.hear(healed(ONE, '/etc/profile.d/shell_env.sh'), { afterMs: HOUR })?.kind).toBe('healed');
  });

  test('that was healed while a failure goes on is told, too', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    const refused = failed('YAML_SYNTAX', TWO);
    expect(judge.hear(refused)?.kind).toBe('failed');
    const both = { ...refused, content: ONE, changes: healed(ONE).changes };
    expect(judge.hear(both)).toMatchObject({ kind: 'healed', commit: ONE });
  });

  test('that was healed in a change window that is closed is told', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    expect(judge.hear({ ...healed(ONE), commit: null })).toMatchObject({ kind: 'healed', commit: ONE });
  });

  test('keeps the environment that was read last', () => {
    const judge = new Judge();
    judge.hear(applied(ONE));
    expect(judge.hear(AWAY)?.environment).toBe('func-01');
  });
});
