import { beforeEach, describe, expect, test } from 'vitest';
import { ReconcileError } from '../../src/core/errors.ts';
import type { Outcome } from '../../src/core/types.ts';
import type { Signers } from '../../src/ports.ts';
import { acceptRewind } from '../../src/reconcile/accept-rewind.ts';
import { exitCodeOf } from '../../src/reconcile/account.ts';
import { endInTime } from '../../src/reconcile/deadline.ts';
import { dryRun } from '../../src/reconcile/dry-run.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { FakeHost, PHP, SHELL } from './host.ts';

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});

const run = () => host.run();
const rolledOut = (common?: string) => host.rollOut(common);

/** A commit that php-fpm did not take over, and the run that undid it. */
async function undone(): Promise<void> {
  host.commit('A: bad\n');
  host.service.reloadScript.push('silent');
  expect(await run()).toMatchObject({ exit: 17 });
}

/** A run that dies at the moment of its signal: `before` it is given, or right `after` it has taken effect. */
async function killedAtSignal(when: 'before' | 'after'): Promise<void> {
  const hook = when === 'before' ? 'beforeSignal' : 'afterSignal';
  host.service[hook] = () => {
    throw new Error('killed');
  };
  await expect(reconcile(host.world)).rejects.toThrow('killed');
  host.service[hook] = () => undefined;
}

describe('content that failed live waits', () => {
  test('ten minutes, then it is tried again, and taken when something else was to blame', async () => {
    await rolledOut();
    await undone();
    host.clock.advance(9 * 60_000);
    expect(await run()).toMatchObject({ exit: 16, reloads: 0 });
    host.clock.advance(60_000);
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1, exit: 0 });
    expect(host.ledger.read().held).toEqual([]);
  });

  test('twice as long after each failure, and for good after five', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    for (const minutes of [10, 20, 40, 80]) {
      host.service.reloadScript.push('silent');
      expect(await run()).toMatchObject({ exit: 17 });
      host.clock.advance(minutes * 60_000 - 1);
      expect(await run()).toMatchObject({ exit: 16 });
      host.clock.advance(1);
    }
    host.service.reloadScript.push('silent');
    expect(await run()).toMatchObject({ exit: 17 });
    host.clock.advance(365 * 24 * 3600_000);
    expect(await run()).toMatchObject({ exit: 16 });
    host.service.basisNow = 'php-fpm 8.3';
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
  });

  test('no longer than ever when the clock goes back by a month', async () => {
    await rolledOut();
    await undone();
    host.clock.advance(-30 * 24 * 3600_000);
    expect(await run()).toMatchObject({ exit: 16 });
    host.clock.advance(10 * 60_000);
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
  });

  test('also when the record that says so is damaged', async () => {
    await rolledOut();
    await undone();
    host.ledger.write({ ...host.ledger.read(), quiet: null });
    host.ledger.lose();
    expect(await run()).toMatchObject({ exit: 16, reloads: 0 });
    expect(host.loaded()).toContain('"one"');
    expect(host.ledger.read().owed).toBeNull();
  });
});

describe('content that no run survives', () => {
  test('is suspected after four, undone and held', async () => {
    await rolledOut();
    host.commit('A: deadly\n');
    for (let i = 0; i < 4; i++) await killedAtSignal('before');
    expect(await run()).toMatchObject({ exit: 17, error: { code: 'APPLY_UNDONE' } });
    expect(host.php()).toContain('"one"');
    expect(await run()).toMatchObject({ exit: 16 });
  });

  test('is not suspected for runs that ended, whatever their failure', async () => {
    await rolledOut();
    host.commit('A: two\n');
    let tests = 0;
    host.service.verdict = () => (++tests === 1 ? { ok: true } : { ok: false, message: 'foreign.conf:1' });
    for (let i = 0; i < 6; i++) expect(await run()).toMatchObject({ exit: 18 });
    host.service.verdict = () => ({ ok: true });
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
  });
});

describe('a run that was killed after its signal', () => {
  test('with bad content is undone by the next one without a second signal of that content', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.prove = async (_before, bytes) => {
      if (Buffer.from(bytes ?? []).includes('bad')) throw new ReconcileError('RELOAD_UNPROVEN', 'unhealthy');
    };
    await killedAtSignal('after');
    expect(await run()).toMatchObject({ exit: 17, reloads: 1 });
    expect([host.loaded(), host.service.signals]).toEqual([host.php(), 3]);
    expect(host.ledger.read().held).toHaveLength(1);
  });

  test('with content that php-fpm cannot start with is undone by the next one', async () => {
    await rolledOut();
    host.commit('A: deadly\n');
    host.service.startCommand = true;
    host.service.startsWith = (bytes) => !Buffer.from(bytes ?? []).includes('deadly');
    await killedAtSignal('after');
    host.service.stop();
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.loaded()).toContain('"one"');
    expect(await run()).toMatchObject({ exit: 16 });
  });

  test('blames nobody when the configuration was broken meanwhile', async () => {
    await rolledOut();
    host.commit('A: two\n');
    await killedAtSignal('after');
    host.service.prove = async () => {
      throw new ReconcileError('RELOAD_UNPROVEN', 'unhealthy');
    };
    host.service.verdict = () => ({ ok: false, message: 'foreign.conf:1' });
    expect(await run()).toMatchObject({ exit: 18, error: { code: 'TREE_BROKEN' } });
    expect(host.ledger.read().held).toEqual([]);
  });
});

test('what goes wrong after the swap never ends with a code that says nothing was written', async () => {
  await rolledOut();
  const head = host.commit('A: two\n');
  host.service.testLive = async () => {
    throw new ReconcileError('ENVIRONMENT_BROKEN', 'no private directory');
  };
  expect(await run()).toMatchObject({ exit: 18, content: head, error: { code: 'UNFINISHED' } });
});

describe('back to the last good content after a killed run', () => {
  test('takes no reload where php-fpm was not signalled', async () => {
    await rolledOut();
    host.commit('A: two\n');
    await killedAtSignal('before');
    host.commit('A: one\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 0 });
    expect([host.loaded(), host.service.signals]).toEqual([host.php(), 1]);
  });

  test('takes one where it was, or somebody else restarted it', async () => {
    await rolledOut();
    host.commit('A: two\n');
    await killedAtSignal('after');
    host.commit('A: one\n');
    expect(await run()).toMatchObject({ reloads: 1 });
    host.commit('A: two\n');
    await killedAtSignal('before');
    host.service.start();
    host.commit('A: one\n');
    expect(await run()).toMatchObject({ reloads: 1 });
    expect(host.loaded()).toBe(host.php());
  });

  test('takes one where an equal incarnation proves nothing', async () => {
    await rolledOut();
    const state = host.service.master();
    host.service.inspect = async () => ({ ...state, isCertain: false });
    host.service.prove = async () => undefined;
    host.commit('A: two\n');
    await run();
    expect(host.ledger.read().lastGood?.incarnation).toBeNull();
  });
});

describe('files that somebody made right before the run', () => {
  /** Both files as a commit with `A: two` will want them, and that commit. */
  async function placedByHand(): Promise<void> {
    const other = new FakeHost();
    other.commit('A: two\n');
    await reconcile(other.world);
    host.files.place(PHP, other.php(), { mode: 0o600 });
    host.files.place(SHELL, other.shell());
    host.commit('A: two\n');
  }

  test('are reloaded where php-fpm has not read them', async () => {
    await rolledOut();
    await placedByHand();
    expect(await run()).toMatchObject({ kind: 'applied', changes: [], reloads: 1 });
    expect(host.loaded()).toContain('"two"');
  });

  test('are reloaded at a first run that only has to make the other file', async () => {
    const other = new FakeHost();
    other.commit('A: two\n');
    await reconcile(other.world);
    host.files.place(PHP, other.php(), { mode: 0o600 });
    host.commit('A: two\n');
    expect(await run()).toMatchObject({ changes: [{ kind: 'create' }], reloads: 1 });
    expect(host.loaded()).toContain('"two"');
    expect(await run()).toMatchObject({ kind: 'in-sync' });
  });

  test('are taken as they are where it has', async () => {
    await rolledOut();
    await placedByHand();
    host.service.start();
    expect(await run()).toMatchObject({ kind: 'in-sync', reloads: 0 });
  });
});

describe('a commit that is live', () => {
  test('is not read again, also where a hand edit is put back', async () => {
    await rolledOut();
    host.files.remove(SHELL);
    expect(await run()).toMatchObject({ exit: 0, changes: [{ kind: 'create' }] });
    expect(host.source.reads).toBe(1);
  });

  test('is read again with another configuration', async () => {
    await rolledOut();
    host.repositoryId = 'another';
    expect(await run()).toMatchObject({ exit: 15, error: { code: 'SOURCE_FOREIGN' } });
    expect(host.source.reads).toBe(2);
  });
});

describe('a repository with another id', () => {
  test('is refused with 15 whatever else is wrong with it', async () => {
    host.repositoryId = 'another';
    host.commit('A: ~\n');
    expect(await run()).toMatchObject({ exit: 15, complaints: [{ code: 'SOURCE_FOREIGN' }] });
  });
});

describe('signers', () => {
  const verified: (readonly string[])[] = [];
  const record = (scope: Signers['scope']): Signers => ({
    scope,
    verify: async (commits) => void verified.push(commits.map(({ oid }) => oid)),
  });

  test.each([
    ['tip', 1],
    ['all-new', 2],
  ] as const)(
    'are asked for the commits of `%s`, and for the tip alone at the first run',
    async (scope, count) => {
      host.signers = record(scope);
      verified.length = 0;
      await rolledOut('A: one\n');
      const first = host.source.head;
      const commits = [host.commit('A: two\n'), host.commit('A: three\n')].reverse();
      expect(await run()).toMatchObject({ kind: 'applied' });
      await run();
      expect(verified).toEqual([[first], commits.slice(0, count)]);
    },
  );

  test('who refuse leave the last good state, and nothing of the commit is read', async () => {
    await rolledOut('A: one\n');
    const verify = () => Promise.reject(new ReconcileError('COMMIT_UNTRUSTED', 'unsigned'));
    host.signers = { scope: 'tip', verify };
    host.commit('A: two\n');
    host.files.remove(SHELL);
    expect(await run()).toMatchObject({ exit: 15, changes: [{ kind: 'create' }] });
    expect(host.source.reads).toBe(1);
  });
});

describe('a rewound branch', () => {
  test('is taken where the configuration names the commit itself', async () => {
    await rolledOut('A: one\n');
    const first = host.source.head;
    await rolledOut('A: two\n');
    host.source.head = first;
    host.isPinned = true;
    expect(await run()).toMatchObject({ exit: 0, kind: 'applied' });
    expect(host.loaded()).toContain('"one"');
  });

  test('is refused with 15, and the last good state is kept', async () => {
    await rolledOut();
    const first = host.source.head;
    host.commit('A: two\n');
    await run();
    host.source.head = first;
    host.files.remove(SHELL);
    expect(await run()).toMatchObject({ exit: 15, changes: [{ kind: 'create' }], reloads: 0 });
    expect(host.loaded()).toContain('"two"');
  });

  test('is taken when its tip is accepted by name, and only then', async () => {
    await rolledOut();
    const first = host.source.head ?? '';
    const second = host.commit('A: two\n');
    await run();
    host.source.head = first;
    await expect(acceptRewind(host.world, second)).rejects.toMatchObject({ code: 'USAGE' });
    await acceptRewind(host.world, first);
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
    expect(host.loaded()).toContain('"one"');
  });

  test('to what was live before a commit that failed is no rewind', async () => {
    await rolledOut();
    const first = host.source.head;
    await undone();
    host.source.head = first;
    expect(await run()).toMatchObject({ kind: 'in-sync', exit: 0 });
  });

  test('is not accepted while a run is at work', async () => {
    await rolledOut();
    host.lock.held = true;
    await expect(acceptRewind(host.world, host.source.head ?? '')).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('the history', () => {
  test('has one line for each run that did something', async () => {
    await rolledOut();
    await run();
    host.files.remove(SHELL);
    await run();
    await undone();
    await run();
    expect(host.history.entries.map((entry) => [entry.outcome, entry.reloads, entry.error?.code])).toEqual([
      ['applied', 1, undefined],
      ['applied', 0, undefined],
      ['failed', 1, 'APPLY_UNDONE'],
    ]);
    expect(host.history.entries[1]?.changes).toMatchObject([{ path: SHELL, kind: 'create', before: null }]);
  });

  test('tells files that were changed although php-fpm did not follow', async () => {
    await rolledOut();
    const head = host.commit('A: two\n');
    let tests = 0;
    host.service.verdict = () => (++tests === 1 ? { ok: true } : { ok: false, message: 'foreign.conf:1' });
    const outcome = await run();
    expect(outcome).toMatchObject({ exit: 18, content: head, changes: [{}, {}] });
    expect(host.history.entries.at(-1)).toMatchObject({ content: head, error: { code: 'TREE_BROKEN' } });
    expect(await run()).toMatchObject({ changes: [] });
    expect(host.history.entries).toHaveLength(2);
  });

  test('is not written by a dry run', async () => {
    host.commit('A: one\n');
    await reconcile(dryRun(host.world));
    expect(host.history.entries).toEqual([]);
  });
});

describe('lost memory', () => {
  test('an older last good state is not put back over what stands on the disk', async () => {
    await rolledOut();
    host.commit('A: two\n');
    await run();
    host.ledger.lose();
    host.source.fail('SOURCE_UNREACHABLE');
    expect(await run()).toMatchObject({ exit: 12, changes: [] });
    expect(host.php()).toContain('"two"');
    host.source.recover();
    expect(await run()).toMatchObject({ changes: [], reloads: 1, exit: 0 });
  });

  test('kept bytes that are damaged are kept anew from the disk, also while the repository is away', async () => {
    await rolledOut();
    host.ledger.kept.clear();
    host.source.fail('SOURCE_UNREACHABLE');
    await run();
    host.files.remove(PHP);
    expect(await run()).toMatchObject({ exit: 12, changes: [{ kind: 'create' }] });
    expect(host.php()).toContain('"one"');
  });
});

describe('a run that does not end', () => {
  test('is given up at its deadline with all that it started', async () => {
    let isEnded = false;
    const never = new Promise<Outcome>(() => undefined);
    const limit = {
      ms: 5,
      endPrograms: () => {
        isEnded = true;
      },
    };
    const outcome = await endInTime(never, limit);
    expect([exitCodeOf(outcome), outcome.error?.code, isEnded]).toEqual([18, 'DEADLINE', true]);
  });
});
