import { readFileSync, statSync } from 'node:fs';
import { sha256 } from '../../core/sha256.ts';

/** Hash of a php-fpm: its program file (path, size and time; null: it is not beside us) and its main configuration. */
export function hashBasis(binary: string | null, config: string): string {
  const program = binary === null ? undefined : statSync(binary, { throwIfNoEntry: false });
  return sha256(JSON.stringify([binary, program?.size, program?.mtimeMs, readText(config)]));
}

/** A configuration that cannot be read is another one as well. */
function readText(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return null;
  }
}
