import { readOneChange } from './change.ts';
import type { Forge } from './forge.ts';
import { makeHmacSignature } from './signature.ts';

/**
 * GitHub and GitHub Enterprise Server (docs.github.com, "Validating webhook deliveries", "Webhook events and payloads").
 * The older `X-Hub-Signature`, which is SHA-1, is not looked at. A redelivery keeps its id.
 */
export const github: Forge = {
  name: 'GitHub',
  signature: makeHmacSignature('x-hub-signature-256', 'sha256='),
  event: {
    header: 'x-github-event',
    kinds: new Map([
      ['push', 'push'],
      ['ping', 'ping'],
    ]),
  },
  idHeader: 'x-github-delivery',
  bodies: ['json', 'form'], // a form is signed as it is sent
  readChanges: readOneChange,
};
