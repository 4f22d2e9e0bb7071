import { makeChange } from './change.ts';
import type { Change } from './delivery.ts';
import type { Forge } from './forge.ts';
import type { Payload } from './payload.ts';
import { allOrNull, readObject, readObjects, readText } from './payload.ts';
import { makeHmacSignature } from './signature.ts';

/**
 * Bitbucket Data Center and Server (confluence.atlassian.com, "Event payload"). The test of a connection has to be signed
 * like all else; a server that does not sign it has it refused.
 */
export const bitbucketServer: Forge = {
  name: 'Bitbucket Data Center',
  signature: makeHmacSignature('x-hub-signature', 'sha256='),
  event: {
    header: 'x-event-key',
    kinds: new Map([
      ['repo:refs_changed', 'push'],
      ['diagnostics:ping', 'ping'],
    ]),
  },
  idHeader: 'x-request-id',
  bodies: ['json'],
  readChanges: (payload) => {
    const changes = readObjects(payload, 'changes');
    return changes === null ? null : allOrNull(changes.map(readRefChange));
  },
};

function readRefChange(change: Payload): Change | null {
  const ref = readObject(change, 'ref');
  const id = ref === null ? null : readText(ref, 'id');
  const isDeletion = readText(change, 'type') === 'DELETE';
  return id === null ? null : makeChange(id, readText(change, 'toHash'), isDeletion);
}
