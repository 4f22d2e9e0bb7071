/** Seconds from one moment to another. Where the clock was set back meanwhile it is 0, never less. */
export function secondsBetween(from: Date, to: Date): number {
  return Math.max(0, to.getTime() - from.getTime()) / 1000;
}
