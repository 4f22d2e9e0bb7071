import { expect, test } from 'vitest';
import { ReconcileError } from '../../src/core/errors.ts';
import { exitCodeOf } from '../../src/reconcile/account.ts';
import { reconcile } from '../../src/reconcile/reconcile.ts';
import { FakeHost } from './host.ts';

/** A host whose state directory takes so many more writes, and then none. */
async function fillAfter(writes: number): Promise<FakeHost> {
  const host = new FakeHost();
  host.commit('A: one\n');
  await reconcile(host.world);
  let left = writes;
  const write = (): void => {
    if (left-- <= 0) throw new ReconcileError('STATE_UNUSABLE', 'scripted: no space left on device');
  };
  host.ledger.beforeWrite = write;
  host.history.append = write;
  host.commit('A: two\n');
  return host;
}

test('a state directory that is full is told with 19 where nothing was written, with 18 where something was', async () => {
  const seen: unknown[] = [];
  for (let writes = 0; seen.at(-1) !== 0; writes++) {
    const host = await fillAfter(writes);
    const exit = exitCodeOf(await reconcile(host.world));
    expect([exit, host.php().includes('"two"')]).toEqual([exit, exit !== 19]);
    seen.push(exit);
    host.ledger.beforeWrite = () => undefined;
    host.history.append = () => undefined;
    expect((await reconcile(host.world)).error).toBeNull();
    expect([host.loaded(), host.ledger.read().owed]).toEqual([host.php(), null]);
  }
  // two kept copies and the debt; then the signal, the line of the history, two copies and the last record
  expect(seen).toEqual([19, 19, 19, 18, 18, 18, 18, 18, 0]);
});
