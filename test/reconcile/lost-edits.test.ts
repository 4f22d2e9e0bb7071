import { beforeEach, describe, expect, test } from 'vitest';
import { ReconcileError } from '../../src/core/errors.ts';
import { findSettled } from '../../src/reconcile/find-settled.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { FakeHost, PHP, SHELL } from './host.ts';

const EDIT = 'env["A"] = "by hand"\n';
const SHELL_EDIT = 'export A=edited\n';

let host: FakeHost;
beforeEach(async () => {
  host = new FakeHost();
  await host.rollOut();
});

const run = () => host.run();
const editPhp = (text = EDIT) => host.files.place(PHP, text, { mode: 0o600 });
const editShell = () => host.files.place(SHELL, SHELL_EDIT);
const told = () => host.history.entries.map(({ edits }) => edits.map(({ path }) => path));

describe('a hand edit that a run puts back', () => {
  test('is kept with what stood there before, and told once', async () => {
    const before = host.php();
    editPhp();
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
    expect(host.edits.texts()).toEqual([EDIT]);
    expect(Buffer.from(host.edits.kept[0]?.base ?? []).toString()).toBe(before);
    await run();
    expect(told()).toEqual([[], [PHP]]);
    expect(host.ledger.read().untold).toEqual([]);
  });

  test('is kept durably before it is displaced', async () => {
    editPhp();
    editShell();
    host.files.beforeCommit = () => {
      expect(host.edits.texts()).toEqual([EDIT, SHELL_EDIT]);
      expect(host.ledger.read().untold.map(({ path }) => path)).toEqual([PHP, SHELL]);
    };
    expect(await run()).toMatchObject({ exit: 0 });
    expect(host.shell()).toContain("export A='one'");
  });

  test('is kept as well where a new commit displaces it, or the repository is away', async () => {
    editPhp();
    host.commit('A: two\n');
    await run();
    host.source.fail('SOURCE_UNREACHABLE');
    editShell();
    expect(await run()).toMatchObject({ exit: 12 });
    expect(host.edits.texts()).toEqual([EDIT, SHELL_EDIT]);
    expect(told()).toEqual([[], [PHP], [SHELL]]);
  });

  test('is told where the commit that displaced it is undone', async () => {
    editPhp();
    host.commit('A: bad\n');
    host.service.reloadScript.push('silent');
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.edits.texts()).toEqual([EDIT]);
    expect(told()).toEqual([[], [PHP]]);
  });

  test.each([
    ['the first of two renames', 1],
    ['the second one', 2],
  ])('is told by the next run where this one is killed behind %s', async (_where, count) => {
    editPhp();
    editShell();
    let renames = 0;
    host.files.afterEach = () => {
      if (++renames === count) throw new Error('killed');
    };
    await expect(reconcile(host.world)).rejects.toThrow('killed');
    host.files.afterEach = () => undefined;
    expect(await findSettled(host.world)).toBeNull();
    expect(await run()).toMatchObject({ exit: 0 });
    expect(
      host.history.entries
        .at(-1)
        ?.edits.map(({ path }) => path)
        .sort(),
    ).toEqual([PHP, SHELL]);
    expect([...new Set(host.edits.texts())]).toEqual([EDIT, SHELL_EDIT]);
    expect(host.ledger.read()).toMatchObject({ untold: [], owed: null });
  });

  test('that nobody could displace is not told', async () => {
    editPhp();
    host.files.failNext('WRITE_FAILED');
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.ledger.read().untold).toEqual([]);
    expect(await run()).toMatchObject({ exit: 0 });
    expect(told()).toEqual([[], [PHP]]);
  });
});

describe('what is no hand edit', () => {
  test('is neither kept nor told: new commits, going back, a wrong mode, a file that is gone', async () => {
    host.commit('A: two\n');
    await run();
    host.commit('A: bad\n');
    host.service.reloadScript.push('silent');
    await run();
    host.files.place(PHP, host.php(), { mode: 0o666 });
    await run();
    host.files.remove(SHELL);
    await run();
    host.commit('A: one\n');
    await run();
    expect(host.edits.texts()).toEqual([]);
    expect(told().flat()).toEqual([]);
  });

  test('is what a run wrote that was killed then', async () => {
    host.commit('A: two\n');
    host.files.afterEach = () => {
      throw new Error('killed');
    };
    await expect(reconcile(host.world)).rejects.toThrow('killed');
    host.files.afterEach = () => undefined;
    host.commit('A: three\n');
    expect(await run()).toMatchObject({ exit: 0 });
    expect(host.edits.texts()).toEqual([]);
  });
});

describe('what was found on the host at the first run', () => {
  const FOUND = 'env[OLD] = hand made\n';

  test('is kept without a base', async () => {
    host = new FakeHost();
    host.files.place(PHP, FOUND);
    await host.rollOut();
    expect(host.edits.kept.map(({ base }) => base)).toEqual([null]);
    expect(host.history.entries[0]?.edits).toMatchObject([{ path: PHP, base: null, problem: null }]);
  });

  test('is told again where somebody puts it there again', async () => {
    host = new FakeHost();
    host.files.place(PHP, FOUND);
    await host.rollOut();
    host.files.place(PHP, FOUND);
    await run();
    expect(host.history.entries.map(({ edits }) => edits.length)).toEqual([1, 1]);
  });

  test('is not told where it was put back', async () => {
    host = new FakeHost();
    host.files.place(PHP, FOUND);
    host.commit('A: bad\n');
    host.service.reloadScript.push('silent');
    expect(await run()).toMatchObject({ exit: 17 });
    expect([host.php(), told()]).toEqual([FOUND, [[]]]);
  });
});

describe('a state directory that takes no edit', () => {
  test('does not stop the healing, and the loss is told as a warning and in the history', async () => {
    host.edits.fill();
    editPhp();
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
    expect(host.php()).toContain('"one"');
    expect(host.log.events).toContainEqual({
      level: 'warning',
      name: 'edit-lost',
      fields: { path: PHP, reason: expect.stringContaining('no space left') },
    });
    expect(host.history.entries.at(-1)?.edits).toMatchObject([
      { path: PHP, problem: expect.stringContaining('no space left') },
    ]);
  });

  test('does not stop the healing of the shell file where nothing can be noted either', async () => {
    editShell();
    host.edits.fill();
    host.ledger.beforeWrite = (record) => {
      if (record !== null) throw new ReconcileError('STATE_UNUSABLE', 'scripted: no space left on device');
    };
    const outcome = await run();
    expect(host.shell()).toContain("export A='one'");
    expect(outcome.changes.map(({ desired }) => desired.path)).toEqual([SHELL]);
    expect(host.log.names().filter((name) => name === 'edit-lost').length).toBe(2);
  });
});
