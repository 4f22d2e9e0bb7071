import { createHmac } from 'node:crypto';

/** The header `webhook-signature`, written from the specification and not from our code. */
export function signStandard(
  secret: Uint8Array,
  body: Uint8Array,
  { id, seconds }: { readonly id: string; readonly seconds: number | string },
): string {
  const key = Buffer.from(Buffer.from(secret).toString().slice('whsec_'.length), 'base64');
  const signed = Buffer.concat([Buffer.from(`${id}.${seconds}.`), body]);
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}
