import type { Clock, Log } from '../ports.ts';

/** What is said again within this time is counted instead. */
const SPAN_MS = 60_000;
/** So many different lines are told apart. */
const KINDS = 100;

/**
 * A log for what somebody outside can bring about as often as he likes: of one event with one `why`, one line a minute, the
 * next one with how many were left out (`more`).
 */
export function seldomLog(log: Log, clock: Clock): Log {
  const told = new Map<string, { readonly atMs: number; more: number }>();
  return {
    event(level, name, fields) {
      const key = `${name} ${String(fields.why)}`;
      const nowMs = clock.now().getTime();
      const before = told.get(key);
      if (before !== undefined && Math.abs(nowMs - before.atMs) < SPAN_MS) {
        before.more++;
        return;
      }
      if (told.size >= KINDS) told.clear();
      told.set(key, { atMs: nowMs, more: 0 });
      const more = before?.more ?? 0;
      log.event(level, name, more === 0 ? fields : { ...fields, more });
    },
  };
}
