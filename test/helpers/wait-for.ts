import { setTimeout as sleep } from 'node:timers/promises';

/** Looks every few milliseconds until `look` says true; an error after `deadlineMs`. */
export async function waitFor(
  what: string,
  look: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!(await look())) {
    if (performance.now() > end) throw new Error(`waited in vain for ${what}`);
    await sleep(5);
  }
}
