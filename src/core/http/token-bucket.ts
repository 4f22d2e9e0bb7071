/** How often something may happen: `burst` times at once, then as often as `perSecond` says. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** What is left of a rate, and as of when (ms since 1970). */
export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

/** As nobody has used it yet. */
export function fullBucket({ burst }: Rate, now: Date): Bucket {
  return { tokens: burst, atMs: now.getTime() };
}

/** The bucket as it is now. A clock that was set back adds nothing, and takes nothing away. */
export function refill({ tokens, atMs }: Bucket, { burst, perSecond }: Rate, now: Date): Bucket {
  const passedMs = Math.max(0, now.getTime() - atMs);
  return { tokens: Math.min(burst, tokens + (passedMs * perSecond) / 1000), atMs: now.getTime() };
}

/** With one token less, and never less than none. */
export function takeToken({ tokens, atMs }: Bucket): Bucket {
  return { tokens: Math.max(0, tokens - 1), atMs };
}

/** How long until there is a whole token; 0: there is one. */
export function untilToken({ tokens }: Bucket, { perSecond }: Rate): number {
  return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) * 1000) / perSecond);
}
