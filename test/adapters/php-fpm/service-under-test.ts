import { renameSync, writeFileSync } from 'node:fs';
import type { PhpFpmOptions } from '../../../src/adapters/php-fpm/service.ts';
import { phpFpmService } from '../../../src/adapters/php-fpm/service.ts';
import { parseFile } from '../../../src/core/grammar.ts';
import type { ServiceState } from '../../../src/core/types.ts';
import type { Service } from '../../../src/ports.ts';
import type { TestPhpFpm } from '../../helpers/php-fpm.ts';

/** The service of a test's php-fpm, with the program's own grammar. */
export function serviceOf(fpm: TestPhpFpm, options: Partial<PhpFpmOptions> = {}): Service {
  return phpFpmService({
    binary: fpm.binary,
    config: fpm.configPath,
    prefix: null,
    args: ['-n'],
    livePath: fpm.envPath,
    parse: (bytes) => parseFile('php-fpm', bytes, fpm.envPath).value,
    reloadCommand: null,
    startCommand: null,
    marginMs: 5000,
    ...options,
  });
}

/** What is running, or an error. */
export async function inspectRunning(service: Service): Promise<Extract<ServiceState, { kind: 'running' }>> {
  const state = await service.inspect();
  if (state.kind !== 'running') throw new Error(`php-fpm is ${state.kind}`);
  return state;
}

/** A revision as our files announce it; `n` tells one from another. */
export function revisionOf(n: number): string {
  return `pong ${String(n).padStart(16, '0')}`;
}

/** A file of ours with one variable `N` and a revision, below each of the headers. */
export function fileWith(n: number, pools: readonly string[] = []): Buffer {
  const lines = `ping.response = "${revisionOf(n)}"\nenv["N"] = "${n}"\n`;
  return Buffer.from(pools.length === 0 ? lines : pools.map((pool) => `[${pool}]\n${lines}`).join(''));
}

/** Puts a file in place as the program does: by rename. */
export function install(fpm: TestPhpFpm, bytes: Buffer): Buffer {
  writeFileSync(`${fpm.envPath}.tmp`, bytes);
  renameSync(`${fpm.envPath}.tmp`, fpm.envPath);
  return bytes;
}

/** How long something takes. */
export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
