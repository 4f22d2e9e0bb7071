import type { Delivery, Refused } from './delivery.ts';
import { refuse } from './delivery.ts';
import type { BodyForm } from './forge.ts';
import { headerOf } from './headers.ts';
import type { Payload } from './payload.ts';
import { parsePayload } from './payload.ts';

const MEDIA_TYPES: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/x-www-form-urlencoded', 'form'],
]);

/** The object in a body. Refused: 415 for a form that is not among those taken, 400 for what is no such object. */
export function parseBody(delivery: Delivery, taken: readonly BodyForm[]): { payload: Payload } | Refused {
  const form = formOf(delivery);
  if (form === null || !taken.includes(form))
    return refuse(415, 'the body is in a form that is not taken; choose application/json');
  const payload = parseAs(form, decode(delivery.body));
  return payload === null ? refuse(400, 'the body is not the JSON of one object') : { payload };
}

function formOf(delivery: Delivery): BodyForm | null {
  if (delivery.body.length === 0) return 'empty';
  const [mediaType = ''] = (headerOf(delivery, 'content-type') ?? '').split(';');
  return MEDIA_TYPES.get(mediaType.trim().toLowerCase()) ?? null;
}

function parseAs(form: BodyForm, text: string | null): Payload | null {
  if (form === 'empty') return {};
  if (text === null || form === 'json') return text === null ? null : parsePayload(text);
  const [payload, ...more] = new URLSearchParams(text).getAll('payload');
  return payload === undefined || more.length > 0 ? null : parsePayload(payload);
}

/** Null for what is not UTF-8. */
function decode(body: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return null; // it throws for nothing else
  }
}
