import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { Signature } from './forge.ts';
import { headerOf } from './headers.ts';

/**
 * HMAC-SHA256 over the raw body in hex (lower case) behind a prefix. Compared as text, so that there is one writing of it
 * and `sha1=` is never one.
 */
export function makeHmacSignature(header: string, prefix: string): Signature {
  return {
    headers: [header],
    makeKey: (secret) => secret,
    isRight: (key, delivery) => {
      const digest = createHmac('sha256', key).update(delivery.body).digest('hex');
      return isSame(headerOf(delivery, header) ?? '', `${prefix}${digest}`);
    },
    isTimely: () => true,
  };
}

/** The secret itself, in clear in a header: it says who sends, and nothing of the body. */
export function makeTokenSignature(header: string): Signature {
  return {
    headers: [header],
    makeKey: (secret) => secret,
    isRight: (key, delivery) => isSame(Buffer.from(headerOf(delivery, header) ?? '', 'latin1'), key),
    isTimely: () => true,
  };
}

/** Whether both are the same bytes (a text: its UTF-8). Digests are compared: of one length, and no hint of a prefix. */
export function isSame(left: Uint8Array | string, right: Uint8Array | string): boolean {
  const [one, other] = [left, right].map((data) => createHash('sha256').update(data).digest());
  return one !== undefined && other !== undefined && timingSafeEqual(one, other);
}
