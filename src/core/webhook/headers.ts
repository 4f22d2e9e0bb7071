import type { Delivery } from './delivery.ts';

/** The first value of a header, or null. `name` is in lower case. */
export function headerOf(delivery: Delivery, name: string): string | null {
  return delivery.headers.find(([key]) => key.toLowerCase() === name)?.[1] ?? null;
}
