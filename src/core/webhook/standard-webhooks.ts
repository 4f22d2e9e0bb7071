import { createHmac } from 'node:crypto';
import { decodeBase64 } from '../git/base64.ts';
import type { Delivery } from './delivery.ts';
import type { Signature } from './forge.ts';
import { headerOf } from './headers.ts';
import { isSame } from './signature.ts';

const ID = 'webhook-id';
const TIMESTAMP = 'webhook-timestamp';
const SIGNATURE = 'webhook-signature';

const SECRET_PREFIX = 'whsec_';
/** The specification asks for so many bytes in a key. */
const KEY_BYTES = { min: 24, max: 64 };
const TOLERANCE_MS = 5 * 60_000;

/**
 * Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body with a dot after each, in base64. There may be several
 * signatures with spaces between them; those that do not begin with `v1,` are of other methods and are not taken.
 */
export const standardWebhooks: Signature = {
  headers: [ID, TIMESTAMP, SIGNATURE],
  makeKey: (secret) => {
    const text = Buffer.from(secret).toString('latin1');
    const key = text.startsWith(SECRET_PREFIX) ? decodeBase64(text.slice(SECRET_PREFIX.length)) : null;
    return key !== null && key.length >= KEY_BYTES.min && key.length <= KEY_BYTES.max ? key : null;
  },
  isRight: (key, delivery) => {
    const [id, seconds] = [headerOf(delivery, ID) ?? '', headerOf(delivery, TIMESTAMP) ?? ''];
    // With a dot in the id, other ids, times and bodies would give the same bytes to sign.
    if (!/^[!--/-~]+$/.test(id) || !/^\d{1,12}$/.test(seconds)) return false;
    const digest = createHmac('sha256', key)
      .update(`${id}.${seconds}.`)
      .update(delivery.body)
      .digest('base64');
    const signatures = (headerOf(delivery, SIGNATURE) ?? '').split(' ');
    return signatures.map((signature) => isSame(signature, `v1,${digest}`)).includes(true);
  },
  isTimely: (delivery) => Math.abs(delivery.receivedAt.getTime() - sentAt(delivery)) <= TOLERANCE_MS,
};

/** Milliseconds since 1970. */
function sentAt(delivery: Delivery): number {
  return Number(headerOf(delivery, TIMESTAMP)) * 1000;
}
