import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../../src/core/daemon/report.ts';
import { reportSettled } from '../../../src/core/daemon/report.ts';
import type { ControlAnswer } from '../../../src/core/receive/control-answer.ts';
import type { PushContext } from '../../../src/core/receive/tell-answer.ts';
import { tellAnswer } from '../../../src/core/receive/tell-answer.ts';

const [COMMIT, LATER] = ['1'.repeat(40), '2'.repeat(40)];
const CONTEXT: PushContext = {
  host: 'web-1',
  commit: COMMIT,
  restraint: null,
  schedule: { kind: 'every', ms: 60_000 },
  socket: '/run/reconcile/control/socket',
};

function ran(report: Partial<RunReport>): ControlAnswer {
  const at = new Date(0);
  return {
    kind: 'ran',
    event: { reasons: ['request'], at, seconds: 0.42, report: { ...reportSettled(COMMIT), ...report } },
  };
}

const file = (path: string, kind: 'replace' | 'metadata' = 'replace') => ({ kind, path, itemize: '' });

describe('a push is answered with', () => {
  test.each<[string, ControlAnswer, readonly string[]]>([
    [
      'what was done',
      ran({ status: 'applied', changes: [file('/a'), file('/b')], reloads: 1 }),
      ['111111111111 is live on web-1 after 0.4 s: 2 files changed, php-fpm reloaded and proven', '/a, /b'],
    ],
    [
      'what was done without a reload',
      ran({ status: 'applied', changes: [file('/a'), file('/b', 'metadata')] }),
      [
        '111111111111 is live on web-1 after 0.4 s: 1 file changed, mode or owner of 1 file corrected',
        '/a, /b',
      ],
    ],
    [
      'that there was nothing to do',
      ran({}),
      ['111111111111 is live on web-1 after 0.4 s: nothing is left to be done'],
    ],
    [
      'that a later one is live',
      ran({ commit: LATER }),
      ['web-1 is past 111111111111 already: 222222222222 is live after 0.4 s: nothing is left to be done'],
    ],
    [
      'the error and what to do',
      ran({ status: 'failed', error: { code: 'REHEARSAL_FAILED', message: 'A came back as two' } }),
      [
        'the run for 111111111111 on web-1 failed: A came back as two [REHEARSAL_FAILED]',
        'A private php-fpm did not give the values back; nothing was written.',
      ],
    ],
    [
      'a bug as one',
      ran({ status: 'failed', error: { code: 'BUG', message: 'x is undefined' } }),
      ['the run for 111111111111 on web-1 failed: x is undefined [BUG]', 'This is a bug, please report it.'],
    ],
    [
      'that another run is at work',
      ran({ status: 'busy', commit: null }),
      ['another run is at work on web-1; the next one takes 111111111111'],
    ],
    [
      'that the daemon waits',
      { kind: 'waiting' },
      ['web-1 waits after a failure and takes 111111111111 by itself; `reconcile status` there says more'],
    ],
    [
      'that it takes long',
      { kind: 'late' },
      ['the run for 111111111111 on web-1 is not over yet; `reconcile status` there tells how it ends'],
    ],
  ])('%s', (_what, answer, lines) => {
    expect(tellAnswer(answer, CONTEXT)).toEqual(lines);
  });

  const PAUSED = ran({ status: 'paused', commit: null });

  test('what keeps the host from taking it', () => {
    const until = '2026-01-01T00:00:00.000Z';
    const pause = { kind: 'paused', reason: 'moving the database', until } as const;
    const night = { kind: 'heal-only', reason: 'outside of the change windows', until: null } as const;
    const tell = (restraint: PushContext['restraint']) => tellAnswer(PAUSED, { ...CONTEXT, restraint });
    expect(tell(pause)).toEqual([
      `web-1 does not take 111111111111 now: it is paused until ${until}: moving the database`,
    ]);
    expect(tell(night)).toEqual([
      'web-1 does not take 111111111111 now: it takes no new commit: outside of the change windows',
    ]);
    expect(tell(null)).toEqual([
      'web-1 does not take 111111111111 now: it is paused; `reconcile status` there says until when',
    ]);
  });
});

describe('where this user cannot find out', () => {
  test.each<[ControlAnswer, string]>([
    [{ kind: 'absent' }, 'no daemon listens at /run/reconcile/control/socket'],
    [{ kind: 'denied' }, 'this user may not ask the daemon'],
    [{ kind: 'unclear', why: 'status 500' }, 'status 500'],
  ])('%j, who takes the commit and when is told', (answer, why) => {
    const [first, second] = tellAnswer(answer, CONTEXT);
    expect(first).toContain(why);
    expect(second).toContain('looks every 60 s');
    const schedule = { kind: 'cron', expression: '*/5 * * * *', jitterMs: 0 } as const;
    expect(tellAnswer(answer, { ...CONTEXT, schedule })[1]).toContain('looks at */5 * * * *');
  });
});
