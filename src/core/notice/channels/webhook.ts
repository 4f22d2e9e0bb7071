import { createHmac } from 'node:crypto';
import { sha256 } from '../../sha256.ts';
import type { Channel } from '../channel.ts';
import { faultOfStatus, JSON_HEADERS } from '../channel.ts';
import type { Notice } from '../notice.ts';
import { rowOf, writeNotice } from '../write-notice.ts';

/** A list that a program has to read through is cut. */
const MOST_PLACES = 100;

/**
 * Any receiver: the notice as JSON, signed as our own generic webhooks are: `X-Signature-256: sha256=<hex>`, HMAC-SHA256 over
 * the body. `X-Delivery-Id` is the same for each try of one notice.
 */
export const webhook: Channel = {
  name: 'webhook',
  isSigned: true,
  encode: (notice, { secret }) => {
    const body = JSON.stringify(describe(notice));
    const id = sha256(body).slice(0, 32);
    const signature = secret === null ? {} : { 'X-Signature-256': `sha256=${sign(secret, body)}` };
    return { query: {}, headers: { ...JSON_HEADERS, 'X-Delivery-Id': id, ...signature }, body };
  },
  findFault: faultOfStatus,
};

function sign(secret: string, body: string): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

function describe(notice: Notice) {
  const { kind, code, places, ...rest } = notice;
  const { title, lines } = writeNotice(notice);
  const error = code === null ? null : { code, ...rowOf(code) };
  return { event: kind, title, text: lines.join('\n'), ...rest, error, places: places.slice(0, MOST_PLACES) };
}
