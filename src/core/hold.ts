import type { Held } from './types.ts';

const MINUTE_MS = 60_000;
/** Content that failed live is tried again after 10, 20, 40 and 80 minutes: something else may have been to blame. */
const FIRST_WAIT_MS = 10 * MINUTE_MS;
/** After so many failures nothing else can be to blame. */
const TRIES = 5;
const LONGEST_WAIT_MS = FIRST_WAIT_MS * 2 ** (TRIES - 2);
/** So many contents that failed are remembered; the oldest is forgotten first. */
const REMEMBERED = 20;

/** A failure of content on a live php-fpm. */
export type LiveFailure = Omit<Held, 'at' | 'tries' | 'until'>;

/** What is held after one more failure. Content that was held for good and tried for a new basis begins anew. */
export function holdContent(held: readonly Held[], failure: LiveFailure, now: Date): readonly Held[] {
  const before = held.find((each) => isSameContent(each, failure));
  const others = held.filter((each) => !isSameContent(each, failure));
  const tries = before === undefined || before.until === null ? 1 : before.tries + 1;
  const entry: Held = { ...failure, at: now.toISOString(), tries, until: waitUntil(tries, now) };
  return [...others, entry].slice(-REMEMBERED);
}

/** What is held without this content, which was proven. */
export function releaseContent(held: readonly Held[], fingerprint: string): readonly Held[] {
  return held.filter((each) => each.fingerprint !== fingerprint);
}

/**
 * Whether content still has to wait, with this basis and at this time. The basis frees only what is held for good, so that
 * a configuration that changes all the time does not lead to a try at each run.
 */
export function isHolding({ until, basis: failedWith }: Held, basis: string, now: Date): boolean {
  return until === null ? failedWith === basis : now.getTime() < Date.parse(until);
}

/**
 * The same entries, none of which waits longer from now than any content ever does: a clock that was years ahead when
 * content failed cannot hold it for years.
 */
export function clampHolds(held: readonly Held[], now: Date): readonly Held[] {
  const latest = now.getTime() + LONGEST_WAIT_MS;
  return held.map((each) =>
    each.until === null || Date.parse(each.until) <= latest
      ? each
      : { ...each, until: waitUntil(each.tries, now) },
  );
}

function isSameContent(held: Held, { fingerprint }: LiveFailure): boolean {
  return held.fingerprint === fingerprint;
}

function waitUntil(tries: number, now: Date): string | null {
  if (tries >= TRIES) return null;
  return new Date(now.getTime() + FIRST_WAIT_MS * 2 ** (tries - 1)).toISOString();
}
