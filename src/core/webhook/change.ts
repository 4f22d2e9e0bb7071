import type { Change } from './delivery.ts';
import type { Payload } from './payload.ts';
import { isTrue, readText } from './payload.ts';

const OID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A change of a ref to what `after` names. Zeros are a deletion too; what is no object name is not handed on. */
export function makeChange(ref: string, after: string | null, deleted: boolean): Change {
  const oid = after !== null && OID.test(after) ? after : null;
  return { ref, after: oid, deleted: deleted || /^0+$/.test(oid ?? '') };
}

/** The change that `ref`, `after` and perhaps `deleted` tell of, as most forges name them; null without a ref. */
export function readChange(payload: Payload): Change | null {
  const ref = readText(payload, 'ref');
  return ref === null ? null : makeChange(ref, readText(payload, 'after'), isTrue(payload, 'deleted'));
}

/** The same, as the only one of a push. */
export function readOneChange(payload: Payload): readonly Change[] | null {
  const change = readChange(payload);
  return change === null ? null : [change];
}
