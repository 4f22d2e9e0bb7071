import { readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { expandGlob, isSamePath } from './glob.ts';
import { parseIniLine } from './ini-line.ts';

/** Where a php-fpm configuration begins. */
export interface TreeRoot {
  /** Absolute path of the main file. */
  readonly config: string;
  /** What relative paths start from: `-p`, or what php-fpm was built with; null when unknown. */
  readonly prefix: string | null;
  /** Our own file; treated as included where a pattern matches it, also while it does not exist. */
  readonly livePath: string;
  /** Read in place of our own file, to see what the configuration would be with it. */
  readonly candidate?: Uint8Array;
}

/** One file as it is included in one place. */
export interface TreeFile {
  readonly path: string;
  /** Byte for byte as latin1; null when the file cannot be read (php-fpm would not start), or is ours and absent. */
  readonly lines: readonly string[] | null;
  readonly isLive: boolean;
  /** By index of the line. */
  readonly includes: ReadonlyMap<number, TreeInclude>;
}

/** One `include=` line. */
export interface TreeInclude {
  /** Absolute; null for a relative one when the prefix is unknown. */
  readonly pattern: string | null;
  /** False: the pattern's directory is not there, or the nesting is too deep; php-fpm refuses both. */
  readonly followed: boolean;
  readonly files: readonly TreeFile[];
}

const MAX_DEPTH = 5; // more is refused by php-fpm (fpm_conf.c, fpm_conf_load_ini_file)
const MAX_FILES = 2000;

/**
 * Reads the main file and all that it includes, in php-fpm's order. Strange content never throws.
 * Throws ENVIRONMENT_BROKEN when the main file cannot be read, or more than 2,000 files are included.
 */
export function readIncludeTree(root: TreeRoot): TreeFile {
  const budget = { files: MAX_FILES };
  const tree = readTreeFile(root, root.config, { depth: 0, budget });
  if (tree.lines === null) {
    throw new ReconcileError(
      'ENVIRONMENT_BROKEN',
      `the main php-fpm configuration ${root.config} cannot be read`,
    );
  }
  return tree;
}

interface Nesting {
  readonly depth: number;
  readonly budget: { files: number };
}

function readTreeFile(root: TreeRoot, path: string, nesting: Nesting): TreeFile {
  nesting.budget.files -= 1;
  if (nesting.budget.files < 0) {
    throw new ReconcileError('ENVIRONMENT_BROKEN', `${root.config} includes more than ${MAX_FILES} files`);
  }
  const isLive = isSamePath(path, root.livePath);
  const lines = isLive && root.candidate !== undefined ? splitLines(root.candidate) : readLines(path);
  const includes = new Map<number, TreeInclude>();
  for (const [index, line] of (lines ?? []).entries()) {
    const parsed = parseIniLine(line);
    if (parsed.kind === 'entry' && parsed.key === 'include') {
      includes.set(index, readInclude(root, parsed.value, nesting));
    }
  }
  return { path, lines, isLive, includes };
}

function readInclude(root: TreeRoot, value: string, nesting: Nesting): TreeInclude {
  const pattern = resolveConfigPath(Buffer.from(value, 'latin1').toString(), root.prefix);
  if (pattern === null || nesting.depth >= MAX_DEPTH - 1) return { pattern, followed: false, files: [] };
  const found = expandGlob(pattern, root.livePath);
  if (found.kind === 'unreadable') return { pattern, followed: false, files: [] };
  const deeper = { ...nesting, depth: nesting.depth + 1 };
  return { pattern, followed: true, files: found.paths.map((path) => readTreeFile(root, path, deeper)) };
}

/** A path as php-fpm resolves it: relative ones and `$prefix` from the prefix. Null when that is unknown. */
export function resolveConfigPath(path: string, prefix: string | null): string | null {
  if (isAbsolute(path)) return path;
  if (prefix === null) return null;
  return path.startsWith('$prefix') ? prefix + path.slice('$prefix'.length) : join(prefix, path);
}

function readLines(path: string): readonly string[] | null {
  try {
    return splitLines(readFileSync(path));
  } catch {
    return null; // absent, a dangling link or not readable: php-fpm tells which
  }
}

function splitLines(bytes: Uint8Array): readonly string[] {
  return Buffer.from(bytes).toString('latin1').split('\n');
}
