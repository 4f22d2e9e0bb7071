import { makeChange } from './change.ts';
import type { Forge } from './forge.ts';
import { readText } from './payload.ts';
import { makeHmacSignature } from './signature.ts';

/**
 * Any sender that can run `openssl dgst -sha256 -hmac`: `X-Signature-256: sha256=<hex>` over the body, which is empty or
 * `{"ref": "refs/heads/main"}`. Without a ref, any may have changed.
 */
export const generic: Forge = {
  name: 'generic',
  signature: makeHmacSignature('x-signature-256', 'sha256='),
  event: null,
  idHeader: 'x-delivery-id',
  bodies: ['json', 'empty'],
  readChanges: (payload) => {
    if (!Object.hasOwn(payload, 'ref')) return [{ ref: null, after: null, deleted: false }];
    const ref = readText(payload, 'ref');
    return ref === null ? null : [makeChange(ref, null, false)];
  },
};
