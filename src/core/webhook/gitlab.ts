import { readChange, readOneChange } from './change.ts';
import type { Change } from './delivery.ts';
import type { Forge } from './forge.ts';
import type { Payload } from './payload.ts';
import { allOrNull, readObjects, readText } from './payload.ts';
import { makeTokenSignature } from './signature.ts';
import { standardWebhooks } from './standard-webhooks.ts';

/**
 * GitLab with its secret token (docs.gitlab.com, "Webhooks", "Webhook events", "System hooks"): sent in clear, so that it
 * needs TLS, and the body is not signed. `X-Gitlab-Event-UUID` is no id: hooks that lead to each other have the same.
 */
export const gitlab: Forge = {
  name: 'GitLab (secret token)',
  signature: makeTokenSignature('x-gitlab-token'),
  event: {
    header: 'x-gitlab-event',
    kinds: new Map([
      ['Push Hook', 'push'],
      ['Tag Push Hook', 'push'],
      ['System Hook', 'push'], // of many kinds, told by the payload
    ]),
  },
  idHeader: 'idempotency-key',
  bodies: ['json'],
  readChanges,
};

/** GitLab with its signing token, which is a Standard Webhooks one. A secret token beside it counts for nothing. */
export const gitlabSigned: Forge = {
  ...gitlab,
  name: 'GitLab (signing token)',
  signature: standardWebhooks,
  idHeader: 'webhook-id',
};

/** A system hook that is neither a push nor an update of a repository changes no ref. */
function readChanges(payload: Payload): readonly Change[] | null {
  switch (readText(payload, 'object_kind') ?? readText(payload, 'event_name')) {
    case 'push':
    case 'tag_push':
      return readOneChange(payload);
    case 'repository_update':
      return allOrNull(
        (readObjects(payload, 'changes') ?? [null]).map((change) => change && readChange(change)),
      );
    case null:
      return null;
    default:
      return [];
  }
}
