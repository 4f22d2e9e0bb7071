import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** PATH with the programs that scripts/setup.mjs found or unpacked in front; the plain PATH before it has run. */
export function searchPath(): string {
  const file = join(import.meta.dirname, '..', '.cache', 'env.json');
  const found: string[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).path : [];
  return [...found, process.env.PATH].join(delimiter);
}
