import type { Delivery } from './delivery.ts';

/** All values of a header, in the order received. `name` is in lower case. */
export function valuesOf(delivery: Delivery, name: string): readonly string[] {
  return delivery.headers.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

/** The first value of a header, or null. */
export function headerOf(delivery: Delivery, name: string): string | null {
  return valuesOf(delivery, name)[0] ?? null;
}
