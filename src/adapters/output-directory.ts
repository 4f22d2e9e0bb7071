import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import { describe } from './errno.ts';

/** A directory that a person named for files to look at: no place of a host, so nothing about it is atomic. */
export interface OutputDirectory {
  /**
   * Writes the file, over an older one; gives its path. Files are for their owner's eyes: they may hold secrets.
   * Throws USAGE when it cannot be written.
   */
  write(file: { readonly name: string; readonly bytes: Uint8Array }): string;
}

/** The directory is made at the first file; its parent must be there. */
export function openOutputDirectory(directory: string): OutputDirectory {
  return {
    write({ name, bytes }) {
      const path = join(directory, name);
      makeDirectory(directory);
      try {
        writeFileSync(path, bytes, { mode: 0o600 });
      } catch (error) {
        throw new ReconcileError('USAGE', `cannot write ${path}: ${describe(error)}`, { cause: error });
      }
      return path;
    },
  };
}

/**
 * Makes a directory that a person named, where it is missing. Not its parents: node's own way to make them never ends
 * where nothing can be made, as in /proc. Throws USAGE.
 */
export function makeDirectory(directory: string): void {
  try {
    if (!existsSync(directory)) mkdirSync(directory);
  } catch (error) {
    throw new ReconcileError('USAGE', `cannot make ${directory}: ${describe(error)}`, { cause: error });
  }
}
