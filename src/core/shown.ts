import type { Value } from './value.ts';

const MAX_SHOWN = 60;

/** A value for a message: quoted, escaped and shortened; a secret is only ever `***`. */
export function showValue(value: Value): string {
  if (value.secret) return value.toString();
  const text = value.toString();
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text);
}

/** Up to three names, and how many more there are: `a, b, c and 7 more`. */
export function showNames(names: readonly string[]): string {
  const more = names.length - 3;
  return more > 0 ? `${names.slice(0, 3).join(', ')} and ${more} more` : names.join(', ');
}
