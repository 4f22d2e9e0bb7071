import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeFile, TreeInclude } from './include-tree.ts';

/** A copy of a configuration with our file replaced. */
export interface ShadowTree {
  /** The main file of the copy. */
  readonly config: string;
  /** The real path of a file of the copy; any other path as it is. */
  readonly nameOf: (path: string) => string;
}

/**
 * Copies a configuration and all that it includes into `directory`, with `bytes` in place of our file wherever it is
 * included; null leaves it out. Each `include=` line becomes one line again, so that line numbers stay true: it names
 * a directory of copies, numbered in the order of the real ones. What php-fpm refuses (a dangling link, a missing
 * directory) is refused in the copy as well. Files are 0600.
 */
export function writeShadowTree(tree: TreeFile, directory: string, bytes: Uint8Array | null): ShadowTree {
  const copy = new Copy(directory, bytes);
  const config = copy.writeFile(tree, join(directory, 'main.conf'));
  return { config, nameOf: (path) => copy.realPaths.get(path) ?? path };
}

class Copy {
  readonly realPaths = new Map<string, string>();
  readonly #directory: string;
  readonly #bytes: Uint8Array | null;
  #directories = 0;

  constructor(directory: string, bytes: Uint8Array | null) {
    this.#directory = directory;
    this.#bytes = bytes;
  }

  writeFile(file: TreeFile, path: string): string {
    this.realPaths.set(path, file.path);
    if (file.isLive) this.#writeLive(path);
    else if (file.lines === null) symlinkSync('nowhere', path);
    else writeFileSync(path, this.#rewrite(file, file.lines), { mode: 0o600, encoding: 'latin1' });
    return path;
  }

  #writeLive(path: string): void {
    if (this.#bytes !== null) writeFileSync(path, this.#bytes, { mode: 0o600 });
  }

  #rewrite(file: TreeFile, lines: readonly string[]): string {
    return lines
      .map((line, index) => {
        const include = file.includes.get(index);
        return include === undefined || !include.followed
          ? line
          : `include=${this.#writeIncluded(include)}/*.conf`;
      })
      .join('\n');
  }

  #writeIncluded(include: TreeInclude): string {
    this.#directories += 1;
    const directory = join(this.#directory, `include-${this.#directories}`);
    mkdirSync(directory, { mode: 0o700 });
    for (const [index, file] of include.files.entries()) {
      this.writeFile(file, join(directory, `${String(index).padStart(5, '0')}.conf`));
    }
    return directory;
  }
}
