import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Delivery, Reading } from '../../../src/core/webhook/delivery.ts';
import type { ForgeName } from '../../../src/core/webhook/forge.ts';
import { FORGES } from '../../../src/core/webhook/index.ts';
import { MAX_BODY_BYTES, readDelivery } from '../../../src/core/webhook/read-delivery.ts';
import type { Parts } from '../../helpers/webhooks.ts';
import {
  AFTER,
  ID,
  MAIN,
  makeDelivery,
  NOON,
  readFixture,
  SENDERS,
  withHeader,
  withoutHeader,
} from '../../helpers/webhooks.ts';

const NAMES = Object.keys(FORGES) as ForgeName[];
/** Those that sign the body; the token of GitLab does not. */
const SIGNING = NAMES.filter((name) => name !== 'gitlab');
const PUSH = { kind: 'push', id: ID, ref: MAIN, after: AFTER };

function read(name: ForgeName, delivery: Delivery, secrets?: readonly Uint8Array[]): Reading {
  return readDelivery(delivery, {
    forge: FORGES[name],
    secrets: secrets ?? [SENDERS[name].secret],
    ref: MAIN,
  });
}

function readParts(name: ForgeName, parts: Parts): Reading {
  return read(name, makeDelivery(name, parts));
}

function statusOf(reading: Reading): number | string {
  return reading.kind === 'refused' ? reading.status : reading.kind;
}

describe.each(NAMES)('%s', (name) => {
  const { secret, other, signatureHeader, push, tells } = SENDERS[name];
  const delivery = makeDelivery(name);
  const securityHeaders = FORGES[name].signature.headers;

  test('a push as it is documented is accepted', () => {
    expect(read(name, delivery)).toEqual({ ...PUSH, after: tells ? AFTER : null });
  });

  test('names of headers are taken in any case', () => {
    const shouted = delivery.headers.map(([key, value]) => [key.toUpperCase(), value] as const);
    expect(read(name, { ...delivery, headers: shouted })).toMatchObject({ kind: 'push' });
  });

  test('of two secrets both are accepted, in any order, and no third one', () => {
    for (const signer of [secret, other])
      for (const secrets of [
        [secret, other],
        [other, secret],
      ])
        expect(statusOf(read(name, makeDelivery(name, { secret: signer }), secrets))).toBe('push');
    expect(statusOf(read(name, delivery, [other]))).toBe(401);
    expect(statusOf(read(name, delivery, []))).toBe(401);
  });

  test('a secret that is wrong is never accepted', () => {
    const wrong = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => {
      const base64 = Buffer.from(bytes).toString('base64');
      return Buffer.from(name === 'gitlab-signed' ? `whsec_${base64}` : bytes);
    });
    fc.assert(
      fc.property(wrong, fc.uint8Array(), (signer, body) => {
        fc.pre(!signer.equals(secret) && !signer.equals(other));
        const forged = makeDelivery(name, { secret: signer, body });
        expect(statusOf(read(name, forged, [secret, other]))).toBe(401);
      }),
    );
  });

  test('a signature with one byte changed anywhere is refused', () => {
    const header = delivery.headers.find(([key]) => key === signatureHeader);
    const right = Buffer.from(header?.[1] ?? '', 'latin1');
    let refused = 0;
    for (const changed of changesOf(right, [0x01, 0x20, 0x80])) {
      const value = changed.toString('latin1');
      if (statusOf(read(name, withHeader(delivery, signatureHeader, value))) === 401) refused++;
    }
    expect([right.length > 20, refused]).toEqual([true, 3 * right.length]);
  });

  test.each(securityHeaders)('without the header %s, or with an empty one, it is refused', (header) => {
    const key = delivery.headers.find(([each]) => each.toLowerCase() === header)?.[0] ?? '';
    for (const changed of [withoutHeader(delivery, key), withHeader(delivery, key, '')])
      expect(read(name, changed)).toEqual({
        kind: 'refused',
        status: 401,
        why: `the header ${header} is missing`,
      });
  });

  test.each([
    ...new Set([
      ...securityHeaders,
      FORGES[name].idHeader,
      FORGES[name].event?.header ?? 'content-type',
      'content-type',
    ]),
  ])('with the header %s twice it is refused, also where both are right', (header) => {
    const value = delivery.headers.find(([key]) => key.toLowerCase() === header)?.[1] ?? '';
    for (const repeated of [[header.toUpperCase(), value] as const, [header, 'other'] as const])
      for (const headers of [
        [...delivery.headers, repeated],
        [repeated, ...delivery.headers],
      ])
        expect(statusOf(read(name, { ...delivery, headers }))).toBe(400);
  });

  test('what another sender shows is not looked at', () => {
    for (const stranger of NAMES) {
      const { signatureHeader: theirs } = SENDERS[stranger];
      if (theirs === signatureHeader) continue;
      const foreign = makeDelivery(stranger, { secret });
      expect(statusOf(read(name, foreign)), stranger).toBe(401);
    }
  });

  test('what is signed and yet no JSON of an object is refused', () => {
    const bodies = [
      '{',
      'null',
      '[]',
      '"refs/heads/main"',
      '1',
      'ref=main',
      '\0',
      '{"ref":1}',
      '{"ref":null}',
    ];
    for (const body of [
      ...bodies,
      Buffer.from('{"ref":"refs/heads/main","object_kind":"push\xff"}', 'latin1'),
    ])
      expect([body, statusOf(readParts(name, { body }))]).toEqual([body, 400]);
  });

  test('a payload has no ref of its prototype', () => {
    expect(statusOf(readParts(name, { body: '{"__proto__":{"ref":"refs/heads/main"}}' }))).toBe(
      name === 'generic' ? 'push' : 400,
    );
  });

  test('deep nesting is read like anything else', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    const json = readFixture(push).toString().trim();
    expect(statusOf(readParts(name, { body: deep }))).toBe(400);
    expect(statusOf(readParts(name, { body: '{"a":'.repeat(200_000) }))).toBe(400);
    expect(statusOf(readParts(name, { body: `${json.slice(0, -1)},"more":${deep}}` }))).toBe('push');
  });

  test('the signature is checked before anything is read', () => {
    for (const body of ['{', '', readFixture(push)])
      expect(statusOf(readParts(name, { body, headers: { [signatureHeader]: 'wrong' } }))).toBe(401);
  });

  test('a body of one byte too many is refused before anything else', () => {
    const body = Buffer.alloc(MAX_BODY_BYTES + 1, ' ');
    expect(statusOf(readParts(name, { body, headers: { [signatureHeader]: 'wrong' } }))).toBe(413);
    body.set(readFixture(push));
    expect(statusOf(readParts(name, { body: body.subarray(0, MAX_BODY_BYTES) }))).toBe('push');
  });

  test.each([
    ['text/plain', 415],
    ['application/xml', 415],
    ['application/json5', 415],
    ['', 415],
    ['Application/JSON; charset=utf-8', 'push'],
    ['application/json;charset=UTF-8', 'push'],
  ])('a body of type %j: %s', (type, status) => {
    expect(statusOf(readParts(name, { headers: { 'Content-Type': type } }))).toBe(status);
  });

  test('no secret stands in what is read, whatever is sent', () => {
    const secrets = [secret, other];
    const hidden = secrets.flatMap((each) =>
      (['utf8', 'hex', 'base64'] as const).map((as) => each.toString(as)),
    );
    const event = FORGES[name].event?.header ?? 'x-event';
    const text = fc.oneof(fc.string(), fc.constantFrom(...hidden, MAIN, 'push', 'application/json'));
    const body = fc.oneof(
      fc
        .record({ ref: text, after: text, secret: text, push: text, changes: fc.array(text) })
        .map(JSON.stringify),
      text,
      fc.constant(readFixture(push)),
    );
    const headers = fc.oneof(
      fc.record({ [event]: text }),
      fc.record({ 'Content-Type': text }),
      fc.record({ [signatureHeader]: text }),
      fc.constant({}),
    );
    fc.assert(
      fc.property(headers, body, (changed, sent) => {
        const shown = JSON.stringify([
          readParts(name, { body: sent, headers: changed }),
          read(name, makeDelivery(name, { body: sent, headers: changed }), [other]),
        ]);
        expect(hidden.filter((each) => shown.includes(each))).toEqual([]);
      }),
    );
  });
});

test('the test values that GitHub publishes are a delivery that is rightly signed', () => {
  const secret = Buffer.from("It's a Secret to Everybody");
  const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const headers = { 'X-GitHub-Event': 'ping', 'X-Hub-Signature-256': `sha256=${digest}` };
  const delivery = makeDelivery('github', { body: 'Hello, World!', headers });
  expect(read('github', delivery, [secret])).toEqual({ kind: 'ping' });
  expect(statusOf(read('github', withHeader(delivery, 'X-GitHub-Event', 'push'), [secret]))).toBe(400);
  expect(statusOf(read('github', delivery))).toBe(401);
});

test.each(SIGNING)('%s: a body with one byte changed anywhere is refused', (name) => {
  const delivery = makeDelivery(name);
  let refused = 0;
  for (const body of changesOf(delivery.body, [0x01]))
    if (statusOf(read(name, { ...delivery, body })) === 401) refused++;
  expect(refused).toBe(delivery.body.length);
});

test.each(['github', 'bitbucket', 'bitbucket-server', 'generic'] as const)('%s: SHA-1 is refused', (name) => {
  const { secret, signatureHeader } = SENDERS[name];
  const delivery = makeDelivery(name);
  const sha1 = `sha1=${createHmac('sha1', secret).update(delivery.body).digest('hex')}`;
  const inOldHeader = [
    ...withoutHeader(delivery, signatureHeader).headers,
    ['X-Hub-Signature', sha1] as const,
  ];
  expect(statusOf(read(name, withHeader(delivery, signatureHeader, sha1)))).toBe(401);
  expect(statusOf(read(name, { ...delivery, headers: inOldHeader }))).toBe(401);
});

describe.each(NAMES.filter((name) => name !== 'gitlab-signed'))('an id of %s', (name) => {
  test.each([
    ['of 200 characters', 'x'.repeat(200), 'push'],
    ['of 201 characters', 'x'.repeat(201), 400],
    ['with a space', 'a b', 400],
    ['that is empty', '', 400],
    ['with a control character', 'a\x1b[2J', 400],
  ])('%s: %s', (_what, value, status) => {
    const { idHeader } = FORGES[name];
    const key = makeDelivery(name).headers.find(([each]) => each.toLowerCase() === idHeader)?.[0] ?? '';
    expect(statusOf(readParts(name, { headers: { [key]: value } }))).toBe(status);
  });
});

test.each([
  [-300_000, 'push'],
  [-300_001, 403],
  [0, 'push'],
  [300_000, 'push'],
  [300_001, 403],
  [Number.NaN, 403],
])('a delivery that is signed with a time and comes %i ms after it: %s', (lateMs, status) => {
  const receivedAt = new Date(NOON.getTime() + lateMs);
  expect(statusOf(readParts('gitlab-signed', { receivedAt }))).toBe(status);
});

test('an old delivery with a wrong signature is told of the signature alone', () => {
  const delivery = makeDelivery('gitlab-signed', { receivedAt: new Date(0) });
  expect(statusOf(read('gitlab-signed', delivery, [SENDERS['gitlab-signed'].other]))).toBe(401);
});

test('a signing token does without a secret token, and is not replaced by one', () => {
  const { secret } = SENDERS['gitlab-signed'];
  const token = { 'X-Gitlab-Token': secret.toString() };
  const headers = { ...token, 'webhook-signature': 'v1,wrong' };
  expect(statusOf(readParts('gitlab-signed', { headers: token }))).toBe('push');
  expect(statusOf(readParts('gitlab-signed', { headers }))).toBe(401);
});

/** Each position with each of these bits turned. */
function* changesOf(bytes: Uint8Array, masks: readonly number[]): Generator<Buffer> {
  for (const mask of masks)
    for (const [at, byte] of bytes.entries()) {
      const changed = Buffer.from(bytes);
      changed[at] = byte ^ mask;
      yield changed;
    }
}
