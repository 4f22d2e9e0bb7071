import { makeChange } from './change.ts';
import type { Change } from './delivery.ts';
import type { Forge } from './forge.ts';
import type { Payload } from './payload.ts';
import { allOrNull, readObject, readObjects, readText } from './payload.ts';
import { makeHmacSignature } from './signature.ts';

/** The folders of refs by the types of Bitbucket. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ['branch', 'refs/heads/'],
  ['tag', 'refs/tags/'],
  ['annotated_tag', 'refs/tags/'],
]);

/**
 * Bitbucket Cloud (support.atlassian.com, "Manage webhooks", "Event payloads"): SHA-256 under the name that is SHA-1
 * elsewhere. One push may change several refs.
 */
export const bitbucket: Forge = {
  name: 'Bitbucket Cloud',
  signature: makeHmacSignature('x-hub-signature', 'sha256='),
  event: { header: 'x-event-key', kinds: new Map([['repo:push', 'push']]) },
  idHeader: 'x-request-uuid',
  bodies: ['json'],
  readChanges: (payload) => {
    const push = readObject(payload, 'push');
    const changes = push === null ? null : readObjects(push, 'changes');
    return changes === null ? null : allOrNull(changes.map(readRefChange));
  },
};

/** `new` is null for a deletion, `old` for a creation. */
function readRefChange(change: Payload): Change | null {
  const created = readObject(change, 'new');
  const ref = created ?? readObject(change, 'old');
  const [type, name] = ref === null ? [null, null] : [readText(ref, 'type'), readText(ref, 'name')];
  if (type === null || name === null) return null;
  const target = created === null ? null : readObject(created, 'target');
  const after = target === null ? null : readText(target, 'hash');
  return makeChange(`${FOLDERS.get(type) ?? `refs/${type}/`}${name}`, after, created === null);
}
