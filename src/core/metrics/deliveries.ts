import type { Reading } from '../webhook/delivery.ts';
import type { Sample } from './exposition.ts';
import { sample } from './exposition.ts';

/**
 * What became of a webhook. `repeated`: it was read before; `limited`: too many of its sender were refused; `unusable`: this
 * host is set up wrongly.
 */
export type DeliveryResult = Reading['kind'] | 'repeated' | 'limited' | 'unusable';

/** How many there were of each; null: none at all yet, as on a host without webhooks. */
export type DeliveryCounts = Readonly<Record<DeliveryResult, number>> | null;

const NONE = { push: 0, ping: 0, ignored: 0, repeated: 0, refused: 0, limited: 0, unusable: 0 };

/** After one more. */
export function countDelivery(counts: DeliveryCounts, result: DeliveryResult): DeliveryCounts {
  const before = counts ?? NONE;
  return { ...before, [result]: before[result] + 1 };
}

/** From the first one on, every result has a series. */
export function deliverySamples(counts: DeliveryCounts): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([result, count]) =>
    sample('webhook_deliveries_total', count, { result }),
  );
}
