/** How much of each sweep runs, and the line that it prints. */

/** Whether the long form was asked for: `npm run test:faults`. The short form is part of `npm test`. */
export const isLong = process.env.FAULTS === 'long';

/** All of them in the long form; in the short one `count`, spread evenly, the first and the last among them. */
export function sample<T>(all: readonly T[], count: number): readonly T[] {
  if (isLong || all.length <= count) return all;
  const step = (all.length - 1) / Math.max(1, count - 1);
  const indexes = new Set(Array.from({ length: count }, (_, i) => Math.round(i * step)));
  return all.filter((_, i) => indexes.has(i));
}

/** What a sweep found. `reloads` tells how often each number of reloads was seen: `1 × 69, 2 × 3`. */
export interface SweepFigures {
  readonly points: number;
  /** One sentence for each point that did not end as it must. */
  readonly failures: readonly string[];
  readonly reloads: readonly number[];
  readonly startedAt: number;
}

/** One line for each sweep, with the names that docs/reliability.md has. `startedAt` is `performance.now()`. */
export function report(name: string, figures: SweepFigures): void {
  const { points, failures, reloads, startedAt } = figures;
  const counts = new Map<number, number>();
  for (const each of reloads) counts.set(each, (counts.get(each) ?? 0) + 1);
  const seen = [...counts].sort(([a], [b]) => a - b).map(([value, times]) => `${value} × ${times}`);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const words = `${points} points, ${failures.length} failures, reloads ${seen.join(', ') || '–'}, ${seconds} s`;
  console.info(`faults: ${name}: ${words}${failures.map((failure) => `\n  ${failure}`).join('')}`);
}
