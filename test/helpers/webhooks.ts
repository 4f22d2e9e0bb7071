import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Delivery } from '../../src/core/webhook/delivery.ts';
import type { ForgeName } from '../../src/core/webhook/forge.ts';
import { signStandard } from './standard-webhooks.ts';

const FIXTURES = path.join(import.meta.dirname, '../fixtures/webhooks');

export const NOON = new Date('2026-10-01T12:00:00Z');
export const MAIN = 'refs/heads/main';
export const AFTER = '9b2d7c4e6f1a3058b7c6d5e4f3a2918074635261';
export const ID = '7e0c1d2a-5b3f-4c8e-9a61-0d4f2b7c8e93';

/** Header name → value. */
export type Headers = Readonly<Record<string, string>>;

/** How a forge sends, written from its documentation and not from our code. */
export interface Sender {
  readonly secret: Buffer;
  readonly other: Buffer; // another one of the same form
  /** The header that carries the signature, and what stands in it. */
  readonly signatureHeader: string;
  readonly sign: (secret: Uint8Array, body: Uint8Array, sentAt: Date) => string;
  readonly headers: Headers;
  /** Name in test/fixtures/webhooks; its fields are the documented ones, its values are ours. */
  readonly push: string;
  /** Whether the forge names the new commit. */
  readonly tells: boolean;
}

export const SENDERS: Readonly<Record<ForgeName, Sender>> = {
  github: {
    ...withHex('X-Hub-Signature-256', 'sha256='),
    headers: {
      'X-GitHub-Event': 'push',
      'X-GitHub-Delivery': ID,
      'X-Hub-Signature': `sha1=${'0'.repeat(40)}`,
    },
    push: 'github-push',
  },
  gitlab: {
    ...withHex('X-Gitlab-Token', ''),
    sign: (secret) => Buffer.from(secret).toString('latin1'),
    headers: { 'X-Gitlab-Event': 'Push Hook', 'Idempotency-Key': ID, 'X-Gitlab-Event-UUID': 'other' },
    push: 'gitlab-push',
  },
  'gitlab-signed': {
    ...withHex('webhook-signature', ''),
    secret: Buffer.from(`whsec_${Buffer.alloc(32, 'first key of GitLab').toString('base64')}`),
    other: Buffer.from(`whsec_${Buffer.alloc(32, 'other key of GitLab').toString('base64')}`),
    sign: (secret, body, sentAt) => signStandard(secret, body, { id: ID, seconds: sentAt.getTime() / 1000 }),
    headers: {
      'X-Gitlab-Event': 'Push Hook',
      'webhook-id': ID,
      'webhook-timestamp': String(NOON.getTime() / 1000),
      'Idempotency-Key': ID,
    },
    push: 'gitlab-push',
  },
  gitea: {
    ...withHex('X-Gitea-Signature', ''),
    headers: {
      'X-Gitea-Event': 'push',
      'X-Gitea-Delivery': ID,
      'X-GitHub-Event': 'push',
      'X-Gogs-Event': 'push',
    },
    push: 'gitea-push',
  },
  forgejo: {
    ...withHex('X-Forgejo-Signature', ''),
    headers: { 'X-Forgejo-Event': 'push', 'X-Forgejo-Delivery': ID, 'X-Gitea-Event': 'push' },
    push: 'forgejo-push',
  },
  gogs: {
    ...withHex('X-Gogs-Signature', ''),
    headers: { 'X-Gogs-Event': 'push', 'X-Gogs-Delivery': ID, 'X-Github-Event': 'push' },
    push: 'gogs-push',
  },
  bitbucket: {
    ...withHex('X-Hub-Signature', 'sha256='),
    headers: {
      'X-Event-Key': 'repo:push',
      'X-Request-UUID': ID,
      'X-Hook-UUID': 'hook',
      'X-Attempt-Number': '1',
    },
    push: 'bitbucket-push',
  },
  'bitbucket-server': {
    ...withHex('X-Hub-Signature', 'sha256='),
    headers: { 'X-Event-Key': 'repo:refs_changed', 'X-Request-Id': ID },
    push: 'bitbucket-server-refs-changed',
  },
  generic: {
    ...withHex('X-Signature-256', 'sha256='),
    headers: { 'X-Delivery-Id': ID },
    push: 'generic-push',
    tells: false,
  },
};

/** What may be different from a push that is as it should be. */
export interface Parts {
  readonly secret?: Uint8Array;
  readonly body?: Uint8Array | string;
  /** Beside or instead of the usual ones. */
  readonly headers?: Headers;
  readonly receivedAt?: Date;
}

/** A delivery of a forge, rightly signed over the body that it has. */
export function makeDelivery(name: ForgeName, parts: Parts = {}): Delivery {
  const { secret, signatureHeader, sign, headers, push } = SENDERS[name];
  const body = Buffer.from(parts.body ?? readFixture(push));
  const signature = { [signatureHeader]: sign(parts.secret ?? secret, body, NOON) };
  const all = { 'Content-Type': 'application/json', ...headers, ...signature, ...parts.headers };
  return { headers: Object.entries(all), body, receivedAt: parts.receivedAt ?? NOON };
}

/** The same delivery with another value for one of its headers. */
export function withHeader(delivery: Delivery, name: string, value: string): Delivery {
  return {
    ...delivery,
    headers: delivery.headers.map((header) => (header[0] === name ? [name, value] : header)),
  };
}

/** The same delivery without one of its headers. */
export function withoutHeader(delivery: Delivery, name: string): Delivery {
  return { ...delivery, headers: delivery.headers.filter(([key]) => key !== name) };
}

export function readFixture(name: string): Buffer {
  return readFileSync(path.join(FIXTURES, `${name}.json`));
}

function withHex(signatureHeader: string, prefix: string) {
  return {
    secret: Buffer.from('first secret, long enough'),
    other: Buffer.from('other secret, long enough'),
    signatureHeader,
    sign: (secret: Uint8Array, body: Uint8Array) =>
      `${prefix}${createHmac('sha256', secret).update(body).digest('hex')}`,
    tells: true,
  };
}
