import { expect } from 'vitest';

/** What a bench promises: a figure that must stay below a limit, in the unit of its words. */
export interface Target {
  readonly what: string;
  readonly value: number;
  readonly limit: number;
  readonly unit: string;
}

/** A limit is missed when the figure is worse than it by more than half (noise of a busy machine is less than that). */
const MISSED = 1.5;

/** Tells the verdict on each. Fails the test where one was missed. */
export function judge(targets: readonly Target[]): void {
  console.info(`\n${formatTargets(targets)}\n`);
  expect(findMissed(targets)).toEqual([]);
}

function formatTargets(targets: readonly Target[]): string {
  const rows = targets.map(({ what, value, limit, unit }) => {
    const verdict = value <= limit ? 'met' : value <= limit * MISSED ? 'near' : 'MISSED';
    return `${what.padEnd(64)} ${format(value).padStart(9)} ${`≤ ${format(limit)}`.padStart(9)} ${unit.padEnd(8)} ${verdict}`;
  });
  return rows.join('\n');
}

function findMissed(targets: readonly Target[]): readonly string[] {
  return targets
    .filter(({ value, limit }) => !(value <= limit * MISSED))
    .map(({ what, value, limit, unit }) => `${what}: ${format(value)} ${unit}, at most ${format(limit)}`);
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}
