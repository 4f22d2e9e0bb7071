import { describe, expect, onTestFinished, test } from 'vitest';
import type { Lock, Release } from '../../src/ports.ts';

/** What the reconciler relies on; `makeRivals` gives two that stand for two processes on one host. */
export function lockContract(name: string, makeRivals: () => readonly [Lock, Lock]): void {
  describe(`${name} keeps the promises of a lock`, () => {
    test('one holds it, the other is refused until it is released', () => {
      const [first, second] = makeRivals();
      const release = held(first);
      expect(second.acquire()).toBeNull();
      expect(first.acquire()).toBeNull();
      release();
      held(second)();
    });

    test('releasing twice does not free what somebody else holds by now', () => {
      const [first, second] = makeRivals();
      const release = held(first);
      release();
      held(second);
      release();
      expect(first.acquire()).toBeNull();
    });
  });
}

function held(lock: Lock): Release {
  const release = lock.acquire();
  expect(release).not.toBeNull();
  onTestFinished(() => release?.());
  return release ?? (() => {});
}
