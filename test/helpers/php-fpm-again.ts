import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { TestPhpFpm } from './php-fpm.ts';
import { waitFor } from './wait-for.ts';

const READY = 'ready to handle connections';

/** Starts php-fpm once more on the files of one that has ended, and waits until it serves. */
export async function startAgain(php: TestPhpFpm, configPath = php.configPath): Promise<number> {
  const before = countReady(php);
  const log = openSync(join(php.dir, 'stderr.log'), 'a');
  const child = spawn(php.binary, ['-n', '-F', '-y', configPath], {
    detached: true,
    stdio: ['ignore', log, log],
    env: {},
  });
  closeSync(log);
  await waitFor('php-fpm to start again', () => {
    if (child.exitCode !== null) throw new Error(`php-fpm ended: ${php.log()}`);
    return countReady(php) > before;
  });
  return child.pid ?? 0;
}

function countReady(php: TestPhpFpm): number {
  return php.log().split(READY).length;
}
