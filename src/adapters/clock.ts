import type { Clock } from '../ports.ts';

/** The host's wall clock. The only place that reads the time of day. */
export const systemClock: Clock = { now: () => new Date() };

/** Microseconds since the machine started, CLOCK_MONOTONIC: what systemd compares times by. */
export function readMonotonicUs(): bigint {
  return process.hrtime.bigint() / 1000n;
}
