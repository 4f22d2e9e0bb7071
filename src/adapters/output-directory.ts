import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A directory that a person named for files to look at: no place of a host, so nothing about it is atomic. */
export interface OutputDirectory {
  /** Writes the file, over an older one; gives its path. Files are for their owner's eyes: they may hold secrets. */
  write(file: { readonly name: string; readonly bytes: Uint8Array }): string;
}

/** The directory is made at the first file. */
export function openOutputDirectory(directory: string): OutputDirectory {
  return {
    write({ name, bytes }) {
      mkdirSync(directory, { recursive: true });
      const path = join(directory, name);
      writeFileSync(path, bytes, { mode: 0o600 });
      return path;
    },
  };
}
