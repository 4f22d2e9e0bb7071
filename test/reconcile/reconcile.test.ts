import { beforeEach, describe, expect, test } from 'vitest';
import { dryRun } from '../../src/reconcile/dry-run.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { FakeHost, PHP, SHELL } from './host.ts';

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});

const run = () => host.run();
const rolledOut = (common?: string) => host.rollOut(common);

describe('a run changes only what differs', () => {
  test('the first run writes both files and reloads once', async () => {
    host.commit('A: one\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1, exit: 0 });
    expect(host.shell()).toContain("export A='one'\n");
    expect(host.loaded()).toContain('env["A"] = "one"\n');
  });

  test('a run without a change writes nothing and signals nobody', async () => {
    await rolledOut();
    const writes = host.ledger.records.length;
    expect(await run()).toMatchObject({ kind: 'in-sync', changes: [], reloads: 0, exit: 0 });
    expect(host.ledger.records.length).toBe(writes);
    expect([host.files.installs, host.service.signals]).toEqual([1, 1]);
  });

  test('one changed value is one reload', async () => {
    await rolledOut();
    host.commit('A: two\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1 });
    expect(host.loaded()).toContain('"two"');
  });

  test('a change of the shell file alone is no reload and no debt', async () => {
    await rolledOut('SHELL_ONLY: one\n');
    host.commit('SHELL_ONLY: two\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 0 });
    expect(host.service.signals).toBe(1);
    expect(host.ledger.records.slice(-2).every((record) => record.owed === null)).toBe(true);
  });

  test('mode or owner alone is corrected without a reload', async () => {
    await rolledOut();
    host.files.place(PHP, host.php(), { mode: 0o666, uid: 1000 });
    const outcome = await run();
    expect(outcome).toMatchObject({ kind: 'applied', reloads: 0 });
    expect(outcome.changes.map((change) => change.itemize)).toEqual(['.f...po....']);
  });

  test('a new commit with equal content is no reload', async () => {
    await rolledOut('A: one\n');
    const second = host.commit('A: one\n# a remark\n');
    expect(await run()).toMatchObject({ kind: 'in-sync', reloads: 0 });
    expect(host.ledger.read().lastGood?.commit).toBe(second);
  });

  test('a hand edit is put back, with a reload only where php-fpm may have read it', async () => {
    await rolledOut();
    host.files.place(PHP, 'env["A"] = "by hand"\n', { mode: 0o600 });
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 0 });
    host.files.place(PHP, 'env["A"] = "by hand"\n', { mode: 0o600 });
    host.service.start();
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1 });
    expect(host.loaded()).toContain('"one"');
  });

  test('another run at work is left alone', async () => {
    host.commit('A: one\n');
    host.lock.held = true;
    expect(await run()).toMatchObject({ kind: 'busy', exit: 0 });
  });

  test('a dry run tells the change and touches nothing', async () => {
    host.commit('A: one\n');
    const outcome = await reconcile(dryRun(host.world));
    expect(outcome).toMatchObject({ kind: 'applied', reloads: 1 });
    expect([host.files.installs, host.service.signals, host.ledger.records.length]).toEqual([0, 0, 0]);
    expect(host.service.rehearsed.length).toBe(1);
  });
});

describe('a bad commit changes nothing and the next good one is taken at once', () => {
  test('content that the check refuses ends with 14 and leaves the last good state', async () => {
    await rolledOut();
    host.commit('A: $x\nB: [1]\n');
    const outcome = await run();
    expect(outcome.exit).toBe(14);
    expect(outcome.complaints.length).toBe(2);
    expect(host.loaded()).toContain('"one"');
    host.commit('A: two\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1, exit: 0 });
  });

  test('a refused commit does not stop the healing of the last good state', async () => {
    await rolledOut();
    host.commit('1A: bad name\n');
    host.files.remove(SHELL);
    expect(await run()).toMatchObject({ exit: 14, reloads: 0 });
    expect(host.shell()).toContain("export A='one'");
  });

  test.each(['REHEARSAL_FAILED', 'CANDIDATE_REFUSED'] as const)('%s writes nothing', async (code) => {
    await rolledOut();
    host.commit('A: two\n');
    const isNew = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).includes('two');
    if (code === 'REHEARSAL_FAILED') host.service.rehearsal = (bytes) => (isNew(bytes) ? code : null);
    else host.service.verdict = (bytes) => (isNew(bytes) ? { ok: false, message: 'line 1' } : { ok: true });
    expect((await run()).error?.code).toBe(code);
    expect([host.files.installs, host.service.signals]).toEqual([1, 1]);
    expect(host.loaded()).toContain('"one"');
  });

  test('a tree that is broken without us blames nobody, ends with 19 and is taken up once it is repaired', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.service.verdict = () => ({ ok: false, message: 'other.conf:3' });
    expect(await run()).toMatchObject({ exit: 19, changes: [] });
    expect(host.ledger.read().held).toEqual([]);
    host.service.verdict = () => ({ ok: true });
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1, exit: 0 });
  });

  test('workers without a master are told and nothing is written', async () => {
    host.commit('A: one\n');
    host.service.orphan(17);
    expect(await run()).toMatchObject({ exit: 19, changes: [] });
    expect(host.files.installs).toBe(0);
  });
});

describe('a reload is owed until it is proven', () => {
  test.each(['lost', 'silent', 'unhealthy'] as const)(
    'a reload that is %s is undone with 17, held with 16, and the next commit is taken',
    async (script) => {
      await rolledOut();
      host.commit('A: bad\n');
      host.service.reloadScript.push(script);
      const undone = await run();
      expect(undone).toMatchObject({ kind: 'failed', exit: 17 });
      expect(host.loaded()).toContain('"one"');
      expect(host.ledger.read().owed).toBeNull();
      const signals = host.service.signals;
      expect(await run()).toMatchObject({ exit: 16, changes: [], reloads: 0 });
      expect(host.service.signals).toBe(signals);
      host.commit('A: good\n');
      expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
      expect(host.loaded()).toContain('"good"');
    },
  );

  test('a master that dies is started again with the old bytes where the host can start it', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.reloadScript.push('dies');
    host.service.startCommand = true;
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.loaded()).toContain('"one"');
    expect(await run()).toMatchObject({ exit: 16 });
  });

  test('a master that dies and stays away leaves the debt, which is settled when it is back', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.reloadScript.push('dies');
    expect(await run()).toMatchObject({ exit: 18 });
    expect(host.php()).toContain('"one"');
    expect(await run()).toMatchObject({ exit: 18 });
    host.service.start();
    expect(await run()).toMatchObject({ exit: 16 });
    expect(host.ledger.read().owed).toBeNull();
  });

  test('a master that dies and leaves its workers gets the old bytes back, and a start proves them', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.reloadScript.push('dies');
    host.service.afterSignal = () => {
      host.service.orphan(17);
      host.service.afterSignal = () => undefined;
    };
    expect(await run()).toMatchObject({ exit: 18 });
    expect(host.php()).toContain('"one"');
    host.service.start();
    expect(await run()).toMatchObject({ exit: 16 });
    expect(host.loaded()).toContain('"one"');
    expect(host.ledger.read().owed).toBeNull();
  });

  test('a first run that fails leaves the host as it was found', async () => {
    host.files.place(PHP, 'env[OLD] = hand made\n', { mode: 0o640, uid: 33 });
    host.commit('A: bad\n');
    host.service.reloadScript.push('silent');
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.files.observe(PHP)).toMatchObject({ mode: 0o640, uid: 33 });
    expect(host.php()).toBe('env[OLD] = hand made\n');
    expect(host.files.observe(SHELL)).toEqual({ kind: 'absent' });
  });

  test('a php-fpm that never left the old content needs no second signal to be back', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.reloadScript.push('lost');
    expect(await run()).toMatchObject({ exit: 17, reloads: 0 });
    expect(host.service.signals).toBe(2);
  });

  test('a php-fpm that is ill before is blamed on nobody: 19, nothing written, taken up when it is well', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.service.ill = 'master 7 is stopped';
    expect(await run()).toMatchObject({ exit: 19, changes: [] });
    expect([host.files.installs, host.service.signals]).toEqual([1, 1]);
    host.service.ill = null;
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
  });

  test('a good commit that comes while php-fpm is down is never held', async () => {
    await rolledOut();
    host.commit('A: bad\n');
    host.service.reloadScript.push('dies');
    expect(await run()).toMatchObject({ exit: 18 });
    host.commit('A: good\n');
    expect(await run()).toMatchObject({ exit: 18 });
    host.service.start();
    expect(await run()).toMatchObject({ kind: 'applied', exit: 0 });
    expect(host.loaded()).toContain('"good"');
    expect(host.ledger.read().held.length).toBe(1);
  });

  test('a run killed after its signal blames nobody for a php-fpm that is down at the next one', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.service.afterSignal = () => {
      throw new Error('killed');
    };
    await expect(reconcile(host.world)).rejects.toThrow('killed');
    host.service.afterSignal = () => undefined;
    host.service.stop();
    expect(await run()).toMatchObject({ exit: 18 });
    host.service.start();
    expect(await run()).toMatchObject({ exit: 0 });
    expect(host.ledger.read()).toMatchObject({ held: [], owed: null });
  });

  test('the debt outlives a configuration without php-fpm', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.service.beforeSignal = () => {
      throw new Error('killed');
    };
    await expect(reconcile(host.world)).rejects.toThrow('killed');
    host.service.beforeSignal = () => undefined;
    await reconcile({ ...host.world, service: null });
    expect(await run()).toMatchObject({ reloads: 1, exit: 0 });
    expect(host.loaded()).toContain('"two"');
  });

  test('kept bytes that are lost are replaced by what stands on the disk before a swap', async () => {
    await rolledOut();
    host.ledger.kept.clear();
    host.commit('A: bad\n');
    host.service.reloadScript.push('silent');
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.loaded()).toContain('"one"');
  });

  test('files that are right at the first run are reloaded only where php-fpm has not read them', async () => {
    await rolledOut();
    const [php, shell] = [host.php(), host.shell()];
    const fresh = new FakeHost();
    fresh.commit('A: one\n');
    fresh.files.place(PHP, php, { mode: 0o600 });
    fresh.files.place(SHELL, shell);
    expect(await reconcile(fresh.world)).toMatchObject({ kind: 'applied', changes: [], reloads: 1 });
    const read = new FakeHost();
    read.commit('A: one\n');
    read.files.place(PHP, php, { mode: 0o600 });
    read.files.place(SHELL, shell);
    read.service.start();
    expect(await reconcile(read.world)).toMatchObject({ kind: 'in-sync', reloads: 0 });
  });

  test('a tree that breaks after the rename is never signalled', async () => {
    await rolledOut();
    host.commit('A: two\n');
    let tests = 0;
    host.service.verdict = () => (++tests === 1 ? { ok: true } : { ok: false, message: 'foreign.conf:1' });
    expect(await run()).toMatchObject({ exit: 18 });
    expect(host.service.signals).toBe(1);
    host.service.verdict = () => ({ ok: true });
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1 });
    expect(host.loaded()).toContain('"two"');
  });

  test('files that cannot be written leave no debt', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.files.failNext('WRITE_FAILED');
    expect(await run()).toMatchObject({ exit: 17 });
    expect(host.ledger.read().owed).toBeNull();
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1 });
  });

  test('a file edited between the signal and the end of the run keeps the debt', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.service.afterSignal = () => host.files.place(PHP, 'env["A"] = "by hand"\n', { mode: 0o600 });
    expect(await run()).toMatchObject({ exit: 18, error: { code: 'EDITED_MEANWHILE' } });
    host.service.afterSignal = () => undefined;
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 1 });
    expect(host.loaded()).toContain('"two"');
  });

  test('what lies beside the files is swept at the start and at the end', async () => {
    await rolledOut();
    expect(host.files.swept).toEqual([PHP, SHELL, PHP, SHELL]);
    expect(host.service.sweeps).toBe(2);
  });

  test('an undo that failed keeps the debt', async () => {
    await rolledOut();
    host.commit('A: two\n');
    host.files.failNext('UNDO_FAILED');
    await run();
    expect(host.ledger.read().owed).not.toBeNull();
  });

  test('php-fpm that is not running takes the files and owes nothing', async () => {
    host.service.stop();
    host.commit('A: one\n');
    expect(await run()).toMatchObject({ kind: 'applied', reloads: 0, exit: 0 });
    expect(host.ledger.read().owed).toBeNull();
  });

  test('a lost ledger costs one precautionary reload', async () => {
    await rolledOut();
    host.ledger.lose();
    expect(await run()).toMatchObject({ kind: 'applied', changes: [], reloads: 1 });
    expect(await run()).toMatchObject({ kind: 'in-sync' });
  });
});

describe('the source may be away', () => {
  test('the last good state stays and is healed, and the exit code says 12', async () => {
    await rolledOut();
    host.source.fail('SOURCE_UNREACHABLE');
    expect(await run()).toMatchObject({ exit: 12, changes: [] });
    host.files.remove(PHP);
    expect(await run()).toMatchObject({ exit: 12, changes: [{ kind: 'create' }] });
    expect(host.php()).toContain('"one"');
  });
});

describe('a run that is killed is finished by the next one', () => {
  /** Kills the run at the nth call that changes anything, then runs again without a kill. */
  async function killAt(point: number): Promise<boolean> {
    host = new FakeHost();
    await rolledOut();
    host.commit('A: two\nSHELL_ONLY: two\n');
    let left = point;
    const tick = () => {
      if (left-- === 0) throw new Error('killed');
    };
    Object.assign(host.ledger, { beforeWrite: tick });
    Object.assign(host.files, { beforeCommit: tick, afterEach: tick });
    Object.assign(host.service, { beforeSignal: tick, afterSignal: tick });
    const wasKilled = await reconcile(host.world).then(
      () => false,
      () => true,
    );
    left = Number.POSITIVE_INFINITY;
    await run();
    return wasKilled;
  }

  test('at every step: right bytes, php-fpm runs them, nothing owed, one reload, then silence', async () => {
    let points = 0;
    while (await killAt(points)) {
      expect([points, host.loaded().includes('"two"'), host.php()]).toEqual([points, true, host.loaded()]);
      expect(host.shell()).toContain("SHELL_ONLY='two'");
      expect(host.ledger.read().owed).toBeNull();
      expect([points, host.service.signals]).toEqual([points, 2]);
      expect(await run()).toMatchObject({ kind: 'in-sync' });
      points++;
    }
    expect(points).toBeGreaterThanOrEqual(10);
  });
});
