import { expect, test } from 'vitest';
import { makeReport } from '../../src/reconcile/account.ts';
import { FakeHost } from './host.ts';

test('a run names the environment where it read the repository, also one that it refuses', async () => {
  const host = new FakeHost();
  const environmentOf = async (): Promise<string | null> => makeReport(await host.run(), false).environment;
  host.commit('A: one\n');
  expect(await environmentOf()).toBe('test');
  expect(await environmentOf()).toBeNull(); // what is live is not read again
  host.commit('A: one\nA: two\n');
  expect(await environmentOf()).toBe('test');
  host.source.fail('SOURCE_UNREACHABLE');
  expect(await environmentOf()).toBeNull();
});
