import { describe, expect, test } from 'vitest';
import { ReconcileError } from '../../src/core/errors.ts';
import type { DeliveryResult } from '../../src/core/metrics/deliveries.ts';
import { FORGES } from '../../src/core/webhook/index.ts';
import type { Hook } from '../../src/core/webhook/read-delivery.ts';
import { WebhookTrigger } from '../../src/triggers/webhook.ts';
import { FakeClock } from '../helpers/fakes/clock.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { waitFor } from '../helpers/wait-for.ts';
import type { Parts } from '../helpers/webhooks.ts';
import { makeDelivery, SENDERS } from '../helpers/webhooks.ts';

const FORGE = SENDERS.github;
const SOURCE = '192.0.2.1';
const PING = { 'X-GitHub-Event': 'ping' };

/** A webhook of GitHub whose asks are counted. */
class Hooked {
  readonly clock = new FakeClock();
  readonly log = new FakeLog();
  readonly counted: DeliveryResult[] = [];
  asks = 0;
  hook: () => Hook = () => ({ forge: FORGES.github, secrets: [FORGE.secret], ref: 'refs/heads/main' });
  readonly trigger = new WebhookTrigger({
    path: '/webhook',
    hook: () => this.hook(),
    clock: this.clock,
    log: this.log,
    refusals: this.log,
    count: (result) => void this.counted.push(result),
  });

  start() {
    return this.trigger.start(async () => {
      this.asks++;
      throw new TypeError('a bug in the run'); // nobody who delivers hears of it, and nothing falls over it
    });
  }

  async deliver(parts: Parts = {}, from = SOURCE) {
    const delivery = { ...makeDelivery('github', parts), receivedAt: this.clock.now(), from };
    const { route } = this.trigger;
    return route.admit?.(from) ?? (await route.handle(delivery));
  }

  async statuses(count: number, parts: Parts, from = SOURCE): Promise<readonly number[]> {
    const answers = [];
    for (let i = 0; i < count; i++) answers.push(await this.deliver(parts, from));
    return answers.map(({ status }) => status);
  }
}

const withId = (id: string): Parts => ({ headers: { 'X-GitHub-Delivery': id } });

describe('a delivery', () => {
  test('of a push asks once, however often it comes', async () => {
    const hooked = new Hooked();
    hooked.start();
    expect(await hooked.statuses(3, {})).toEqual([202, 200, 200]);
    expect(hooked.asks).toBe(1);
    expect(await hooked.deliver(withId('another'))).toMatchObject({ status: 202 });
    await waitFor('the other ask', () => hooked.asks === 2);
  });

  test.each<[string, Parts, number, string]>([
    ['a ping', { headers: PING }, 200, 'it arrives'],
    ['another event', { headers: { 'X-GitHub-Event': 'fork' } }, 200, 'another event than a push'],
    ['another branch', { body: '{"ref":"refs/heads/x"}' }, 200, 'it is not about refs/heads/main'],
    ['a wrong signature', { secret: FORGE.other }, 401, 'the signature is not right'],
    ['no JSON', { body: 'hello' }, 400, 'the body is not the JSON of one object'],
    ['another form', { headers: { 'Content-Type': 'text/xml' } }, 415, 'application/json'],
  ])('of %s asks for nothing', async (_, parts, status, text) => {
    const hooked = new Hooked();
    hooked.start();
    expect(await hooked.deliver(parts)).toMatchObject({ status, body: expect.stringContaining(text) });
    expect(hooked.asks).toBe(0);
  });

  test('is counted by what became of it', async () => {
    const hooked = new Hooked();
    await hooked.deliver(); // nobody is there yet, and it comes again
    hooked.start();
    for (const parts of [{}, {}, { headers: PING }, { body: '{"ref":"refs/heads/x"}' }])
      await hooked.deliver(parts);
    for (let i = 0; i < 21; i++) await hooked.deliver({ secret: FORGE.other });
    hooked.clock.advance(60_000);
    hooked.hook = () => {
      throw new ReconcileError('CONFIG_INVALID', 'no secret');
    };
    await hooked.deliver();
    const refused = Array(20).fill('refused');
    expect(hooked.counted).toEqual([
      'push',
      'repeated',
      'ping',
      'ignored',
      ...refused,
      'limited',
      'unusable',
    ]);
  });

  test('before the daemon begins or after it ends is told to come again, and not remembered', async () => {
    const hooked = new Hooked();
    expect(await hooked.deliver()).toMatchObject({ status: 503 });
    const watch = hooked.start();
    expect(await hooked.deliver()).toMatchObject({ status: 202 });
    await watch.stop();
    expect(await hooked.deliver(withId('later'))).toMatchObject({ status: 503 });
    expect(hooked.asks).toBe(1);
  });

  test('to a host whose secret cannot be read is told so without a word of why, which the log has', async () => {
    const hooked = new Hooked();
    hooked.start();
    hooked.hook = () => {
      throw new ReconcileError('CONFIG_INVALID', 'cannot use the secret in /etc/secret: it is empty');
    };
    const answer = await hooked.deliver();
    expect(answer).toMatchObject({ status: 503, body: expect.not.stringContaining('/etc/secret') });
    expect(hooked.log.events).toMatchObject([
      { level: 'error', name: 'webhook-unusable', fields: { why: expect.stringContaining('/etc/secret') } },
    ]);
  });
});

describe('whoever is refused too often', () => {
  const wrong = { secret: FORGE.other };

  test('waits, and is heard again afterwards', async () => {
    const hooked = new Hooked();
    hooked.start();
    expect(await hooked.statuses(22, wrong)).toEqual([...Array(20).fill(401), 429, 429]);
    expect(await hooked.deliver()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
    expect(await hooked.deliver({}, '198.51.100.1')).toMatchObject({ status: 202 });
    hooked.clock.advance(1000);
    expect(await hooked.deliver(withId('now'))).toMatchObject({ status: 202 });
  });

  test('with bodies that are too large waits as well', async () => {
    const hooked = new Hooked();
    hooked.start();
    const { route } = hooked.trigger;
    for (let i = 0; i < 20; i++) expect(route.tooLarge?.(SOURCE)).toMatchObject({ status: 413 });
    expect(await hooked.deliver()).toMatchObject({ status: 429 });
  });

  test('makes all wait only together with others', async () => {
    const hooked = new Hooked();
    hooked.start();
    for (const from of ['192.0.2.1', '192.0.2.2', '192.0.2.3']) await hooked.statuses(20, wrong, from);
    expect(await hooked.deliver({}, '198.51.100.1')).toMatchObject({ status: 429 });
    hooked.clock.advance(1000);
    expect(await hooked.deliver({}, '198.51.100.1')).toMatchObject({ status: 202 });
  });

  test('is none of those whose deliveries are right, however many they are', async () => {
    const hooked = new Hooked();
    hooked.start();
    for (let i = 0; i < 1000; i++) await hooked.deliver(withId(`id-${i}`));
    expect(await hooked.deliver({ headers: PING })).toMatchObject({ status: 200 });
    await waitFor('the last ask', () => hooked.asks > 1);
  });

  test('is told to the log, without anything that was sent', async () => {
    const hooked = new Hooked();
    hooked.start();
    await hooked.statuses(21, { ...wrong, body: '{"ref":"sent"}', headers: { 'X-GitHub-Event': 'sent' } });
    expect(hooked.log.events[0]?.fields).toEqual({
      why: 'the signature is not right',
      status: 401,
      from: SOURCE,
    });
    const text = JSON.stringify(hooked.log.events);
    for (const sent of ['sent', FORGE.secret.toString(), FORGE.other.toString(), 'sha256='])
      expect(text).not.toContain(sent);
  });
});
