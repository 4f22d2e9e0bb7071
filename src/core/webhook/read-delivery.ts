import type { Change, Delivery, Reading, Refused } from './delivery.ts';
import { refuse } from './delivery.ts';
import type { Forge } from './forge.ts';
import { headerOf, valuesOf } from './headers.ts';
import { parseBody } from './parse-body.ts';

/** What the host's configuration says of a webhook. */
export interface Hook {
  readonly forge: Forge;
  /** Any of them is accepted, so that they can be changed one after the other. None: nothing is. */
  readonly secrets: readonly Uint8Array[];
  /** Full name of the ref that is followed. */
  readonly ref: string;
}

/** Enough for a push of some hundred commits; a larger one is found by the next poll. */
export const MAX_BODY_BYTES = 1024 * 1024;

const ID = /^[!-~]{1,200}$/;

/**
 * Reads a delivery, in this order: size, headers that are there twice or not at all, signature over the raw bytes, its
 * time, and only then what it says. Never throws, whatever was sent. A push is a hint that a probe is worth it, no more.
 * Whether it was read before is told by its id (seen-deliveries.ts); method, path and rate are for the listener.
 */
export function readDelivery(delivery: Delivery, hook: Hook): Reading {
  return (
    checkSize(delivery) ??
    checkHeaders(delivery, hook.forge) ??
    checkSignature(delivery, hook) ??
    readEvent(delivery, hook)
  );
}

function checkSize({ body }: Delivery): Refused | null {
  return body.length > MAX_BODY_BYTES ? refuse(413, `the body is larger than ${MAX_BODY_BYTES} bytes`) : null;
}

/** Of two headers with one name, what stands before us may have looked at the other one. */
function checkHeaders(delivery: Delivery, { signature, event, idHeader }: Forge): Refused | null {
  const names = [...signature.headers, idHeader, 'content-type', ...(event === null ? [] : [event.header])];
  const repeated = names.find((name) => valuesOf(delivery, name).length > 1);
  if (repeated !== undefined) return refuse(400, `the header ${repeated} is there more than once`);
  const missing = signature.headers.find((name) => (headerOf(delivery, name) ?? '') === '');
  return missing === undefined ? null : refuse(401, `the header ${missing} is missing`);
}

/** All secrets are tried, so that the time does not tell which one was right. */
function checkSignature(delivery: Delivery, { forge, secrets }: Hook): Refused | null {
  const { makeKey, isRight, isTimely } = forge.signature;
  const verdicts = secrets.map((secret) => {
    const key = makeKey(secret);
    return key !== null && isRight(key, delivery);
  });
  if (!verdicts.includes(true)) return refuse(401, 'the signature is not right');
  return isTimely(delivery) ? null : refuse(403, 'it was signed too long before or after now');
}

function readEvent(delivery: Delivery, hook: Hook): Reading {
  const { event } = hook.forge;
  if (event === null) return readPush(delivery, hook);
  const name = headerOf(delivery, event.header);
  if (name === null) return refuse(400, `the header ${event.header} is missing`);
  switch (event.kinds.get(name)) {
    case 'push':
      return readPush(delivery, hook);
    case 'ping':
      return { kind: 'ping' };
    case undefined:
      return { kind: 'ignored', why: 'it is another event than a push' };
  }
}

function readPush(delivery: Delivery, { forge, ref }: Hook): Reading {
  const id = headerOf(delivery, forge.idHeader);
  if (id !== null && !ID.test(id)) return refuse(400, `the header ${forge.idHeader} is not a plain id`);
  const body = parseBody(delivery, forge.bodies);
  if ('kind' in body) return body;
  const changes = forge.readChanges(body.payload);
  return changes === null
    ? refuse(400, 'the body has not the shape of a push')
    : judgeChanges(changes, id, ref);
}

/** Refs are compared exactly: letter by letter, no patterns. */
function judgeChanges(changes: readonly Change[], id: string | null, ref: string): Reading {
  const ours = changes.filter((change) => change.ref === null || change.ref === ref);
  const change = ours.find(({ deleted }) => !deleted);
  if (change !== undefined) return { kind: 'push', id, ref, after: change.after };
  return { kind: 'ignored', why: ours.length > 0 ? `${ref} was deleted` : `it is not about ${ref}` };
}
