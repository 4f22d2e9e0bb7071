import { describe, expect, test } from 'vitest';
import type { Owed } from '../../src/core/types.ts';
import { exitCodeOf } from '../../src/reconcile/account.ts';
import { dryRun } from '../../src/reconcile/dry-run.ts';
import { findSettled } from '../../src/reconcile/find-settled.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { FakeHost, SHELL } from './host.ts';

const PAUSED = { kind: 'paused', reason: 'freeze', until: null } as const;
const HEAL_ONLY = { kind: 'heal-only', reason: 'freeze', until: null } as const;

const OWED: Owed = {
  phase: 'unknown',
  fingerprint: null,
  commit: null,
  incarnation: null,
  runs: 'unknown',
  attempts: 0,
};

async function startHost(): Promise<FakeHost> {
  const host = new FakeHost();
  await host.rollOut();
  return host;
}

describe('while a host is paused', () => {
  test('no commit is taken and no hand edit put back, and that is no failure', async () => {
    const host = await startHost();
    host.restraint = PAUSED;
    host.commit('A: two\n');
    host.files.place(SHELL, 'export A=edited\n');
    expect(await host.run()).toMatchObject({ kind: 'paused', exit: 0, changes: [] });
    expect(host.shell()).toBe('export A=edited\n');
  });

  test('a debt waits too, and is paid afterwards', async () => {
    const host = await startHost();
    host.restraint = PAUSED;
    const record = host.ledger.read();
    host.ledger.write({ ...record, owed: OWED });
    await host.run();
    expect(host.ledger.read().owed).not.toBeNull();
    host.restraint = null;
    expect(await host.run()).toMatchObject({ exit: 0 });
    expect(host.ledger.read().owed).toBeNull();
  });

  test('a dry run tells what would be done', async () => {
    const host = await startHost();
    host.restraint = PAUSED;
    host.commit('A: two\n');
    const outcome = await reconcile(dryRun(host.world));
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(exitCodeOf(outcome)).toBe(0);
  });
});

describe('while only healing is wanted', () => {
  test('a hand edit is put back, and no new commit taken', async () => {
    const host = await startHost();
    host.restraint = HEAL_ONLY;
    host.commit('A: two\n');
    expect(await host.run()).toMatchObject({ kind: 'in-sync', exit: 0 });
    host.files.place(SHELL, 'export A=edited\n');
    expect(await host.run()).toMatchObject({ kind: 'applied', exit: 0, reloads: 0 });
    expect(host.shell()).toContain("A='one'");
    host.restraint = null;
    expect(await host.run()).toMatchObject({ kind: 'applied' });
    expect(host.shell()).toContain("A='two'");
  });

  test('the repository is not asked', async () => {
    const host = await startHost();
    host.restraint = HEAL_ONLY;
    host.source.fail('SOURCE_UNREACHABLE');
    expect(await host.run()).toMatchObject({ kind: 'in-sync' });
  });

  test('nothing is done on a host that never had anything', async () => {
    const host = new FakeHost();
    host.restraint = HEAL_ONLY;
    host.commit('A: one\n');
    expect(await host.run()).toMatchObject({ kind: 'in-sync', exit: 0, changes: [] });
    expect(host.shell()).toBe('');
  });
});

describe('a look before a run', () => {
  test('finds nothing to do where a run would do nothing', async () => {
    const host = await startHost();
    expect(await findSettled(host.world)).toEqual({ commit: host.source.head });
    expect(await host.run()).toMatchObject({ kind: 'in-sync' });
  });

  test.each<[string, (host: FakeHost) => void]>([
    ['a new commit', (host) => host.commit('A: two\n')],
    ['a hand edit', (host) => host.files.place(SHELL, 'x')],
    ['a debt', (host) => host.ledger.write({ ...host.ledger.read(), owed: OWED })],
    [
      'another configuration',
      (host) => {
        host.isPinned = true;
      },
    ],
  ])('finds %s', async (_what, change) => {
    const host = await startHost();
    change(host);
    expect(await findSettled(host.world)).toBeNull();
  });

  test('asks nobody while paused, and looks at the files alone while healing', async () => {
    const host = await startHost();
    host.source.fail('SOURCE_UNREACHABLE');
    host.restraint = HEAL_ONLY;
    expect(await findSettled(host.world)).toEqual({ commit: null });
    host.files.place(SHELL, 'x');
    expect(await findSettled(host.world)).toBeNull();
    host.restraint = PAUSED;
    expect(await findSettled(host.world)).toEqual({ commit: null });
  });
});
