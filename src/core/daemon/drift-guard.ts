/** When a hand edit was put back at once, in ms since 1970; the newest last. */
export type Heals = readonly number[];

const SPAN_MS = 60_000;
/** So often within the span a file is healed at once; then somebody writes it all the time, and only the clock heals it. */
const TIMES = 3;

/** After one more. Those of long ago are forgotten. */
export function countHeal(heals: Heals, now: Date): Heals {
  return [...recent(heals, now), now.getTime()];
}

/** Whether two programs would only go on writing over each other, with a reload each time. */
export function isFought(heals: Heals, now: Date): boolean {
  return recent(heals, now).length >= TIMES;
}

function recent(heals: Heals, now: Date): Heals {
  const [end, start] = [now.getTime(), now.getTime() - SPAN_MS];
  return heals.filter((at) => start < at && at <= end);
}
