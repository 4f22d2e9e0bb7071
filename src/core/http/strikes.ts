import { sourceOf } from './source-of.ts';
import type { Bucket, Rate } from './token-bucket.ts';
import { fullBucket, refill, takeToken, untilToken } from './token-bucket.ts';

/** So many addresses are remembered; the one that was not seen for longest is forgotten. */
const REMEMBERED = 1000;

export interface StrikeRates {
  /** Of one source address. */
  readonly source: Rate;
  /** Of all together. */
  readonly all: Rate;
}

/**
 * Counts what was refused, for each source address and in all. Whoever is refused too often is not listened to for a
 * while. What is right costs nothing: a forge that is answered 429 often enough gives its webhook up.
 */
export class Strikes {
  readonly #rates: StrikeRates;
  readonly #sources = new Map<string, Bucket>();
  #all: Bucket | null = null;

  constructor(rates: StrikeRates) {
    this.#rates = rates;
  }

  /** How long one has to wait, in ms; 0: not at all. */
  waitMs(address: string, now: Date): number {
    const { source, all } = this.#rates;
    const own = untilToken(this.#bucketOf(sourceOf(address), now), source);
    return Math.max(own, untilToken(this.#bucketOfAll(now), all));
  }

  /** One more that was refused. */
  count(address: string, now: Date): void {
    const name = sourceOf(address);
    const bucket = takeToken(this.#bucketOf(name, now));
    this.#sources.delete(name);
    this.#sources.set(name, bucket);
    this.#all = takeToken(this.#bucketOfAll(now));
    for (const oldest of this.#sources.keys()) {
      if (this.#sources.size <= REMEMBERED) break;
      this.#sources.delete(oldest);
    }
  }

  #bucketOf(name: string, now: Date): Bucket {
    const bucket = this.#sources.get(name);
    return bucket === undefined
      ? fullBucket(this.#rates.source, now)
      : refill(bucket, this.#rates.source, now);
  }

  #bucketOfAll(now: Date): Bucket {
    return this.#all === null ? fullBucket(this.#rates.all, now) : refill(this.#all, this.#rates.all, now);
  }
}
