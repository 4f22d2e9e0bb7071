import type { LedgerRecord } from './types.ts';

/** What a host without a history remembers. */
export const EMPTY_RECORD: LedgerRecord = {
  schema: 1,
  lastGood: null,
  owed: null,
  held: [],
  highWater: null,
  quiet: null,
  untold: [],
};

/**
 * What is left when a record is lost, from the one before it: content that failed is not tried anew, nor a rewound
 * branch taken, and php-fpm may run anything. The last good state may be older than the lost one, so that only the disk
 * can bear it out (reconcile/last-good.ts).
 */
export function salvageRecord(previous: LedgerRecord | null): LedgerRecord {
  return {
    ...(previous ?? EMPTY_RECORD),
    owed: {
      phase: 'unknown',
      fingerprint: null,
      commit: null,
      incarnation: null,
      runs: 'unknown',
      attempts: 0,
    },
    quiet: null,
  };
}
