import { describe, expect, test } from 'vitest';
import type { Reason } from '../../src/core/daemon/reason.ts';
import { Mailbox } from '../../src/daemon/mailbox.ts';

/** A mailbox whose work ends when the test says so, and what was at work. */
function start() {
  const runs: (readonly Reason[])[] = [];
  const ends: (() => void)[] = [];
  let atWork = 0;
  let most = 0;
  const mailbox = new Mailbox<number>(async (reasons) => {
    const number = runs.push([...reasons]);
    most = Math.max(most, ++atWork);
    await new Promise<void>((resolve) => ends.push(resolve));
    atWork--;
    return number;
  });
  const endNext = async (): Promise<void> => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { mailbox, runs, endNext, most: () => most };
}

describe('a mailbox', () => {
  test('works at once where nothing is at work', async () => {
    const { mailbox, runs, endNext } = start();
    const answer = mailbox.ask('poll');
    expect(runs).toEqual([['poll']]);
    await endNext();
    expect(await answer).toBe(1);
  });

  test('makes one run of all that is asked for meanwhile', async () => {
    const { mailbox, runs, endNext, most } = start();
    const first = mailbox.ask('start');
    const others = Array.from({ length: 1000 }, (_, i) => mailbox.ask(i % 2 === 0 ? 'webhook' : 'drift'));
    await endNext();
    expect(runs).toEqual([['start'], ['webhook', 'drift']]);
    await endNext();
    expect(await first).toBe(1);
    expect(new Set(await Promise.all(others))).toEqual(new Set([2]));
    expect(most()).toBe(1);
  });

  test('gives the answer of a run that began after the question', async () => {
    const { mailbox, endNext } = start();
    void mailbox.ask('poll');
    const late = mailbox.ask('request');
    await endNext();
    await endNext();
    expect(await late).toBe(2);
  });

  test('is drained when nothing is at work and nothing waits', async () => {
    const { mailbox, runs, endNext } = start();
    void mailbox.ask('poll');
    void mailbox.ask('poll');
    let isDrained = false;
    const drained = mailbox.drain().then(() => {
      isDrained = true;
    });
    await endNext();
    expect(isDrained).toBe(false);
    await endNext();
    await drained;
    expect(runs).toHaveLength(2);
  });

  test('tells a bug to those who asked, and goes on', async () => {
    const bug = new Error('a bug');
    let isBroken = true;
    const mailbox = new Mailbox<string>(async () => {
      if (isBroken) throw bug;
      return 'well';
    });
    const failed = mailbox.failed.catch((error: unknown) => error);
    await expect(mailbox.ask('poll')).rejects.toBe(bug);
    expect(await failed).toBe(bug);
    isBroken = false;
    expect(await mailbox.ask('poll')).toBe('well');
  });
});
