import { getAsset, isSea } from 'node:sea';

/**
 * Program and arguments that start this program again: `script` run by Node.js, which is `executable`, or the single
 * executable by itself.
 */
export function describeSelf(executable: string, script: readonly string[]): readonly [string, ...string[]] {
  return isSea() ? [executable] : [executable, ...script];
}

/** A text that lies inside the single executable; null where Node.js runs this program from files. */
export function readInnerText(name: string): string | null {
  return isSea() ? getAsset(name, 'utf8') : null;
}
