import { setTimeout as sleep } from 'node:timers/promises';
import type { TestPhpFpm } from '../test/helpers/php-fpm.ts';

const DEADLINE_MS = 60_000;

/** Waits until php-fpm gives this value of `A`. A request that is lost while it reloads is asked again, after `pauseMs`. */
export async function waitUntilServed(php: TestPhpFpm, value: string, pauseMs = 2): Promise<void> {
  const end = performance.now() + DEADLINE_MS;
  while ((await ask(php)) !== value) {
    if (performance.now() > end) throw new Error(`${value} was not served within ${DEADLINE_MS} ms`);
    await sleep(pauseMs);
  }
}

async function ask(php: TestPhpFpm): Promise<string | null> {
  try {
    return (await php.ask(['A'])).get('A') ?? null;
  } catch {
    return null; // its workers are being replaced
  }
}
