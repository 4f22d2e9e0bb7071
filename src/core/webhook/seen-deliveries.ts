import { sha256 } from '../sha256.ts';

/** Digests of the ids of deliveries, those seen last at the end: of one size, however long an id is. */
export type SeenDeliveries = readonly string[];

const REMEMBERED = 1000;

/**
 * Whether an id was not seen among the last thousand. Always true without one. Where the forge does not sign the id,
 * somebody else can send a delivery again with a new one: that costs one probe, no more.
 */
export function isNewDelivery(seen: SeenDeliveries, id: string | null): boolean {
  return id === null || !seen.includes(sha256(id));
}

/** What is seen with one more; the one that was not seen for longest is forgotten. Remember only what was accepted. */
export function rememberDelivery(seen: SeenDeliveries, id: string | null): SeenDeliveries {
  if (id === null) return seen;
  const digest = sha256(id);
  return [...seen.filter((each) => each !== digest), digest].slice(-REMEMBERED);
}
