/** A JSON object of which nothing is known. */
export type Payload = Readonly<Record<string, unknown>>;

/** The JSON object that a text is, or null. Never throws, however deep it is nested. */
export function parsePayload(text: string): Payload | null {
  try {
    return asPayload(JSON.parse(text));
  } catch {
    return null; // whatever is wrong with it, it is no payload
  }
}

/** A text of the payload; null where there is none, or something else. */
export function readText(payload: Payload, name: string): string | null {
  const value = readOwn(payload, name);
  return typeof value === 'string' ? value : null;
}

/** An object of the payload; null where there is none, or something else. */
export function readObject(payload: Payload, name: string): Payload | null {
  return asPayload(readOwn(payload, name));
}

/** A list of objects of the payload; null where there is none, or anything else, also in the list. */
export function readObjects(payload: Payload, name: string): readonly Payload[] | null {
  const value = readOwn(payload, name);
  return Array.isArray(value) ? allOrNull(value.map(asPayload)) : null;
}

/** Whether the payload says `true` there; anything else is no. */
export function isTrue(payload: Payload, name: string): boolean {
  return readOwn(payload, name) === true;
}

/** The list, if nothing in it is null. */
export function allOrNull<T>(list: readonly (T | null)[]): readonly T[] | null {
  const found = list.filter((item) => item !== null);
  return found.length === list.length ? found : null;
}

/** Never what every object has, like `constructor`. */
function readOwn(payload: Payload, name: string): unknown {
  return Object.hasOwn(payload, name) ? payload[name] : undefined;
}

function asPayload(value: unknown): Payload | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Payload) : null;
}
