import { chmodSync, copyFileSync, lutimesSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** One file of a package. */
export interface StagedFile {
  /** Where it stands on the host, absolute. */
  readonly path: string;
  /** Permission bits. */
  readonly mode: number;
  /** Its bytes, or the path of a file with them. */
  readonly content: string | Uint8Array | { readonly copyOf: string };
  /** Whether an upgrade keeps what the host's people changed in it. */
  readonly isConfiguration: boolean;
}

/** A file that everybody may read, as it is. */
export function plainFile(path: string, content: StagedFile['content']): StagedFile {
  return { path, mode: 0o644, content, isConfiguration: false };
}

/** The same, compressed: `.gz` is added to its path. Equal texts give equal bytes. */
export function zippedFile(path: string, text: string): StagedFile {
  return plainFile(`${path}.gz`, gzipSync(text, { level: 9 }));
}

/** Writes the files below an existing, empty directory. Whatever the umask is, folders get 0755, and all get this one time. */
export function writeStaged(files: readonly StagedFile[], directory: string, epoch: number): void {
  for (const { path, mode, content } of files) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    if (typeof content === 'string' || content instanceof Uint8Array) writeFileSync(file, content);
    else copyFileSync(content.copyOf, file);
    chmodSync(file, mode);
  }
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    lutimesSync(path, epoch, epoch);
  }
  chmodSync(directory, 0o755);
  lutimesSync(directory, epoch, epoch);
}
