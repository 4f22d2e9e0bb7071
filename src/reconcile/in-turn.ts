import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 200;

/**
 * Asks again as long as another run is at work, which may have looked for commits before there was this one. Gives the last
 * answer when the time is over.
 */
export async function inTurn<T>(
  ask: () => Promise<T>,
  isBusy: (answer: T) => boolean,
  deadlineMs: number,
): Promise<T> {
  for (let waitedMs = 0; ; waitedMs += PAUSE_MS) {
    const answer = await ask();
    if (!isBusy(answer) || waitedMs >= deadlineMs) return answer;
    await sleep(PAUSE_MS);
  }
}
