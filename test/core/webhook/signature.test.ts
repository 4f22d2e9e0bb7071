import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Delivery } from '../../../src/core/webhook/delivery.ts';
import type { Signature } from '../../../src/core/webhook/forge.ts';
import { makeHmacSignature, makeTokenSignature } from '../../../src/core/webhook/signature.ts';
import { standardWebhooks } from '../../../src/core/webhook/standard-webhooks.ts';
import { signStandard } from '../../helpers/standard-webhooks.ts';

function deliver(headers: Readonly<Record<string, string>>, body: string): Delivery {
  return { headers: Object.entries(headers), body: Buffer.from(body), receivedAt: new Date(0) };
}

/** Whether the secret, in the form of its sender, signed it. */
function isSigned(signature: Signature, secret: string | Buffer, delivery: Delivery): boolean {
  const key = signature.makeKey(Buffer.from(secret));
  return key !== null && signature.isRight(key, delivery);
}

test('the test values that GitHub publishes are accepted', () => {
  const github = makeHmacSignature('x-hub-signature-256', 'sha256=');
  const digest = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
  const delivery = deliver({ 'X-Hub-Signature-256': `sha256=${digest}` }, 'Hello, World!');
  expect(isSigned(github, "It's a Secret to Everybody", delivery)).toBe(true);
  expect(isSigned(github, "It's a Secret to Everybody.", delivery)).toBe(false);
});

describe('an HMAC is written in one way', () => {
  const right = createHmac('sha256', 'key').update('body').digest('hex');
  test.each([
    ['without its prefix', right],
    ['in capitals', `sha256=${right.toUpperCase()}`],
    ['with a capital prefix', `SHA256=${right}`],
    ['with more behind it', `sha256=${right}0`],
    ['with less', `sha256=${right.slice(1)}`],
    ['twice', `sha256=${right}, sha256=${right}`],
    ['in base64', `sha256=${Buffer.from(right, 'hex').toString('base64')}`],
    ['as SHA-1', `sha1=${createHmac('sha1', 'key').update('body').digest('hex')}`],
    ['as SHA-512', `sha512=${createHmac('sha512', 'key').update('body').digest('hex')}`],
    ['as nothing', ''],
  ])('%s it is not right', (_how, value) => {
    const signature = makeHmacSignature('x-signature', 'sha256=');
    expect(isSigned(signature, 'key', deliver({ 'X-Signature': `sha256=${right}` }, 'body'))).toBe(true);
    expect(isSigned(signature, 'key', deliver({ 'X-Signature': value }, 'body'))).toBe(false);
  });
});

test('a token is compared byte by byte, not as a text', () => {
  const gitlab = makeTokenSignature('x-gitlab-token');
  const token = Buffer.from('Schlüssel für GitLab');
  const asNodeHasIt = token.toString('latin1');
  expect(isSigned(gitlab, token, deliver({ 'X-Gitlab-Token': asNodeHasIt }, ''))).toBe(true);
  expect(isSigned(gitlab, token, deliver({ 'X-Gitlab-Token': `${asNodeHasIt} ` }, ''))).toBe(false);
});

describe('Standard Webhooks', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const body = '{"test": 2432232314}';
  const headers = { 'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek', 'webhook-timestamp': '1614265330' };
  const right = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';

  test.each([
    ['the published test values', right, true],
    ['another signature before it', `v1,${Buffer.alloc(32).toString('base64')} ${right}`, true],
    ['an asymmetric signature behind it', `${right} v1a,${'A'.repeat(86)}==`, true],
    ['no version', right.slice(3), false],
    ['the version of an asymmetric one', right.replace('v1', 'v1a'), false],
    ['commas between two', `${right},${right}`, false],
    ['base64 without padding', right.slice(0, -1), false],
    ['base64 with other unused bits', right.replace('OE=', 'OF='), false],
    ['hex', `v1,${Buffer.from(right.slice(3), 'base64').toString('hex')}`, false],
    ['nothing', '', false],
  ])('%s', (_what, signature, accepted) => {
    const delivery = deliver({ ...headers, 'webhook-signature': signature }, body);
    expect(isSigned(standardWebhooks, secret, delivery)).toBe(accepted);
  });

  test.each([
    ['an id with a dot in it', 'msg.1', '1614265330'],
    ['an id with a space in it', 'msg 1', '1614265330'],
    ['a time with a fraction', 'msg', '1614265330.5'],
    ['a time with a sign', 'msg', '+1614265330'],
    ['a time in hex', 'msg', '0x60380000'],
    ['a time that is no number', 'msg', 'now'],
    ['a time of too many digits', 'msg', '9'.repeat(13)],
  ])('%s is not accepted, even if it is signed', (_what, id, seconds) => {
    const signature = signStandard(Buffer.from(secret), Buffer.from(body), { id, seconds });
    const sent = { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signature };
    expect(isSigned(standardWebhooks, secret, deliver(sent, body))).toBe(false);
  });

  test.each([
    ['without its prefix', secret.slice(6)],
    ['with another prefix', secret.replace('whsec', 'whsk')],
    ['with a line end', `${secret}\n`],
    ['of too few bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['of too many bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['with damaged base64', `${secret.slice(0, -1)}!`],
    ['that is empty', ''],
  ])('a secret %s is no key', (_what, text) => {
    expect(standardWebhooks.makeKey(Buffer.from(text))).toBeNull();
  });

  test.each([
    ['id', { 'webhook-id': 'other' }],
    ['time', { 'webhook-timestamp': '1614265331' }],
  ])('the %s is signed', (_what, changed) => {
    const delivery = deliver({ ...headers, 'webhook-signature': right, ...changed }, body);
    expect(isSigned(standardWebhooks, secret, delivery)).toBe(false);
  });
});
