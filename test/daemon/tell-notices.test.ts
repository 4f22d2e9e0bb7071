import { describe, expect, test } from 'vitest';
import { FakeNoticeWorld } from '../helpers/fakes/notice-world.ts';
import { applied, failed, inSync, ONE } from '../helpers/run-reports.ts';

const AWAY = failed('SOURCE_UNREACHABLE');

describe('a run that is news', () => {
  test('is told to everybody, and to the forge', async () => {
    const host = new FakeNoticeWorld();
    await host.hear(applied(ONE));
    for (const { told } of host.people) expect(told).toMatchObject([{ kind: 'applied', host: 'web-1' }]);
    expect(host.forge.told).toMatchObject([{ commit: ONE, state: 'success' }]);
    expect(host.log.events.map(({ fields }) => `${fields.by} ${fields.what}`).sort()).toEqual([
      'github success',
      'mail applied',
      'slack applied',
    ]);
  });

  test('is told once, also when the process is another one', async () => {
    const host = new FakeNoticeWorld();
    for (let run = 0; run < 5; run++) await host.hear(AWAY); // the book is all that is kept between two runs
    await host.hear(inSync(ONE));
    await host.hear(inSync(ONE));
    expect(host.kinds()).toEqual(['failed', 'recovered']);
    expect(host.forge.told).toHaveLength(1);
  });

  test('is told again when the book is lost', async () => {
    const host = new FakeNoticeWorld();
    await host.hear(AWAY);
    host.book.text = '{"schema":1,"runs":';
    await host.hear(AWAY);
    expect(host.kinds()).toEqual(['failed', 'failed']);
  });

  test('is told where somebody took it, and the log says who did not', async () => {
    const host = new FakeNoticeWorld();
    host.people[0].fault = 'it answered 500';
    await host.hear(AWAY);
    await host.hear(AWAY);
    expect(host.people[1].told).toHaveLength(1);
    expect(host.log.events.filter(({ level }) => level === 'warning')).toEqual([
      { level: 'warning', name: 'untold', fields: { by: 'slack', what: 'failed', why: 'it answered 500' } },
    ]);
  });

  test('that nobody took is told ten minutes later', async () => {
    const host = new FakeNoticeWorld();
    for (const notifier of host.people) notifier.fault = 'it answered 500';
    for (let minute = 0; minute < 10; minute++) await host.hear(AWAY);
    expect(host.kinds()).toEqual(['failed']);
    for (const notifier of host.people) notifier.fault = null;
    await host.hear(AWAY);
    await host.hear(AWAY);
    expect(host.kinds()).toEqual(['failed', 'failed']);
  });

  test('is not told where nobody wants this kind', async () => {
    const host = new FakeNoticeWorld();
    host.events = ['failed'];
    await host.hear(applied(ONE));
    await host.hear(AWAY);
    await host.hear(inSync(ONE));
    expect(host.kinds()).toEqual(['failed']);
  });

  test('is noted as sent in vain before it is sent, so that a process that dies sends it later', async () => {
    const host = new FakeNoticeWorld();
    let end = (): void => undefined;
    for (const notifier of host.people)
      notifier.ready = new Promise<void>((resolve) => {
        end = resolve;
      });
    void host.hear(AWAY);
    const [failure] = host.book.read().runs.failures;
    expect(failure).toMatchObject({ toldAt: null, missedAt: host.clock.now().toISOString() });
    end();
  });
});

describe('a run that is no news', () => {
  test('builds nothing and writes nothing', async () => {
    const host = new FakeNoticeWorld();
    await host.hear(applied(ONE));
    const { writes } = host.book;
    for (let run = 0; run < 10; run++) await host.hear(inSync(ONE));
    expect(host.book.writes).toBe(writes);
    expect(host.builds).toBe(1);
  });

  test('without a forge posts no status and remembers none', async () => {
    const host = new FakeNoticeWorld();
    host.tellsForge = false;
    await host.hear(inSync(ONE));
    expect(host.book.read().status).toBeNull();
    expect(host.builds).toBe(0);
  });
});

describe('where the state directory cannot be written', () => {
  test('a daemon tells, and remembers it itself', async () => {
    const host = new FakeNoticeWorld();
    host.book.isWritable = false;
    for (let run = 0; run < 3; run++) await host.hear(failed('STATE_UNUSABLE'));
    expect(host.kinds()).toEqual(['failed']);
  });

  test('a run by cron tells nobody, or it would do so at each run', async () => {
    const host = new FakeNoticeWorld();
    host.book.isWritable = false;
    host.mustNote = true;
    await host.hear(failed('STATE_UNUSABLE'));
    expect(host.kinds()).toEqual([]);
  });
});
