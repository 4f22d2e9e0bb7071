import type { Clock } from '../ports.ts';

/** The host's wall clock. The only place that reads the time of day. */
export const systemClock: Clock = { now: () => new Date() };
