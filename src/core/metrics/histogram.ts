import type { Sample } from './exposition.ts';
import { formatNumber } from './exposition.ts';
import type { FamilyName } from './families.ts';

/** Upper bounds in seconds: a look takes milliseconds, a run at most some minutes. */
const BOUNDS = [0.05, 0.25, 1, 5, 20, 60, 180, Number.POSITIVE_INFINITY] as const;

/** How often each bound was kept, those of the smaller ones included. */
export interface Histogram {
  readonly buckets: readonly number[];
  readonly sum: number;
}

export const EMPTY_HISTOGRAM: Histogram = { buckets: BOUNDS.map(() => 0), sum: 0 };

/** With one more figure. */
export function observe({ buckets, sum }: Histogram, value: number): Histogram {
  return {
    buckets: buckets.map((count, i) => (value <= (BOUNDS[i] ?? 0) ? count + 1 : count)),
    sum: sum + value,
  };
}

/** How many figures are in it. */
export function countOf({ buckets }: Histogram): number {
  return buckets.at(-1) ?? 0;
}

/** Its series. */
export function histogramSamples(
  family: FamilyName,
  labels: Sample['labels'],
  histogram: Histogram,
): readonly Sample[] {
  const buckets = histogram.buckets.map((value, i): Sample => {
    const le = formatNumber(BOUNDS[i] ?? 0);
    return { family, labels: { ...labels, le }, value, part: 'bucket' };
  });
  return [
    ...buckets,
    { family, labels, value: histogram.sum, part: 'sum' },
    { family, labels, value: countOf(histogram), part: 'count' },
  ];
}
