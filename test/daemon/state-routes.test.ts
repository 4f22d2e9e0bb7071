import { describe, expect, test } from 'vitest';
import type { RunReport } from '../../src/core/daemon/report.ts';
import { reportLost, reportSettled } from '../../src/core/daemon/report.ts';
import { ReconcileError } from '../../src/core/errors.ts';
import { HealthListener } from '../../src/daemon/health-listener.ts';
import { stateRoutes } from '../../src/daemon/state-routes.ts';
import { FakeHost } from '../reconcile/host.ts';

const STALE_MS = 300_000;
const SECRET = 'nobody may see this';

/** A daemon on a fake host, as whoever asks sees it. */
class Asked {
  readonly host = new FakeHost();
  readonly health = new HealthListener(this.host.clock);
  world = () => this.host.world;

  async ask(path: string, metrics = async () => '') {
    const { health } = this;
    const options = { world: () => this.world(), health, staleMs: STALE_MS, clock: this.host.clock, metrics };
    const route = stateRoutes(options).find((each) => each.path === path);
    const { clock } = this.host;
    return await route?.handle({ headers: [], body: Buffer.of(), from: null, receivedAt: clock.now() });
  }

  async askJson(path: string) {
    const answer = await this.ask(path);
    return { status: answer?.status, ...JSON.parse(answer?.body ?? 'null') };
  }

  hear(report: RunReport): void {
    this.health.hear({ reasons: ['poll'], at: this.host.clock.now(), seconds: 0.5, report });
  }
}

const held = reportLost({ code: 'COMMIT_HELD', message: `held: ${SECRET}` }, 16);

describe('/readyz', () => {
  test('turns good with a run, bad when none ends well for long, and good again', async () => {
    const asked = new Asked();
    expect(await asked.askJson('/readyz')).toMatchObject({ status: 503, ready: false });
    asked.hear(reportSettled('abc'));
    expect(await asked.askJson('/readyz')).toEqual({ status: 200, ready: true, why: [] });
    asked.host.clock.advance(STALE_MS + 1000);
    asked.hear(held);
    asked.hear({ ...reportSettled(null), status: 'busy' });
    expect(await asked.askJson('/readyz')).toEqual({
      status: 503,
      ready: false,
      why: ['no run has ended well for 301 s: the last one ended with COMMIT_HELD'],
    });
    asked.hear(reportSettled('abc'));
    expect(await asked.askJson('/readyz')).toMatchObject({ status: 200 });
  });

  test('turns bad when a reload stays owed, and not for one that is under way', async () => {
    const asked = new Asked();
    const { ledger, clock } = asked.host;
    await asked.host.rollOut();
    const record = ledger.read();
    const owed = { phase: 'installed', fingerprint: null, commit: null, runs: 'unknown' } as const;
    const owe = () => ledger.write({ ...record, owed: { ...owed, incarnation: null, attempts: 1 } });
    asked.hear(reportSettled('abc'));
    owe();
    expect(await asked.askJson('/readyz')).toMatchObject({ status: 200 });
    clock.advance(STALE_MS + 1000);
    ledger.write(record);
    asked.hear(reportSettled('abc'));
    owe();
    expect(await asked.askJson('/readyz')).toMatchObject({ status: 200 });
    clock.advance(STALE_MS);
    asked.hear(held);
    clock.advance(1);
    expect((await asked.askJson('/readyz')).why).toEqual([
      expect.stringContaining('no run has ended well for 300 s'),
      expect.stringContaining('a reload has been owed since'),
    ]);
  });

  test('says with a code alone that the state cannot be read', async () => {
    const asked = new Asked();
    asked.world = () => {
      throw new ReconcileError('CONFIG_INVALID', SECRET);
    };
    expect(await asked.askJson('/readyz')).toMatchObject({
      status: 503,
      why: ['where the host stands cannot be read: CONFIG_INVALID'],
    });
    expect((await asked.ask('/status'))?.body).not.toContain(SECRET);
  });
});

describe('/status', () => {
  test('tells where the host stands and how the last run went', async () => {
    const asked = new Asked();
    await asked.host.rollOut();
    asked.hear(reportSettled(asked.host.source.head));
    asked.host.restraint = { kind: 'paused', reason: 'moving the database', until: null };
    expect(await asked.askJson('/status')).toMatchObject({
      status: 200,
      ready: true,
      host: 'web-1',
      applied: asked.host.source.head,
      restraint: { kind: 'paused', reason: 'moving the database' },
      files: [{ state: 'as applied' }, { state: 'as applied' }],
      owed: null,
      held: [],
      lastRun: { reasons: ['poll'], seconds: 0.5, status: 'in-sync', exitCode: 0, error: null },
    });
  });

  test('has neither a message in it, which may quote a value, nor a hash of content', async () => {
    const asked = new Asked();
    await asked.host.rollOut(`A: ${SECRET}\n`);
    const record = asked.host.ledger.read();
    const fingerprint = record.lastGood?.fingerprint ?? '';
    expect(fingerprint).not.toBe('');
    const common = { fingerprint, commit: 'abc', attempts: 1, tries: 1 };
    asked.host.ledger.write({
      ...record,
      owed: { ...common, phase: 'installed', incarnation: '7', runs: 'unknown' },
      held: [{ ...common, reason: SECRET, at: '2026', until: null, basis: fingerprint }],
    });
    const complaint = { code: 'VALUE_IMPOSSIBLE', severity: 'error', message: SECRET, at: null } as const;
    asked.hear({ ...held, complaints: [complaint], summary: SECRET });
    const body = (await asked.ask('/status'))?.body ?? '';
    for (const hidden of [SECRET, fingerprint]) expect(body).not.toContain(hidden);
    expect(JSON.parse(body)).toMatchObject({
      owed: { phase: 'installed', commit: 'abc', attempts: 1 },
      held: [{ commit: 'abc', at: '2026', tries: 1, until: null }],
      lastRun: {
        exitCode: 16,
        error: { code: 'COMMIT_HELD', hint: expect.stringContaining('failed before') },
      },
    });
  });

  test('writes nothing', async () => {
    const asked = new Asked();
    await asked.host.rollOut();
    asked.host.ledger.kept.clear();
    const writes = asked.host.ledger.records.length;
    expect(await asked.askJson('/status')).toMatchObject({ status: 200 });
    expect(asked.host.ledger.kept.size).toBe(0);
    expect(asked.host.ledger.records).toHaveLength(writes);
  });
});

describe('/metrics', () => {
  test('gives what it is given, in the form of Prometheus', async () => {
    const answer = await new Asked().ask('/metrics', async () => 'up 1\n');
    expect(answer).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: 'up 1\n',
    });
  });
});

test('/healthz says that the daemon is alive, however its runs go', async () => {
  const asked = new Asked();
  asked.hear(held);
  expect(await asked.ask('/healthz')).toMatchObject({ status: 200, body: 'alive\n' });
});
