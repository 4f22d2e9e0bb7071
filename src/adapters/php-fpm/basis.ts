import { statSync } from 'node:fs';
import { ReconcileError } from '../../core/errors.ts';
import { sha256 } from '../../core/sha256.ts';
import type { TreeFile, TreeRoot } from './include-tree.ts';
import { readIncludeTree } from './include-tree.ts';

/**
 * Hash of what decides, besides our file, whether php-fpm takes content over: the program file and every file of its
 * configuration but ours. A configuration that cannot be read has a hash of its own.
 */
export function hashBasis(binary: string | null, root: TreeRoot): string {
  const program = binary === null ? undefined : statSync(binary, { throwIfNoEntry: false });
  return sha256(JSON.stringify([binary, program?.size, program?.mtimeMs, listTree(root)]));
}

function listTree(root: TreeRoot): unknown {
  try {
    return toList(readIncludeTree(root));
  } catch (error) {
    if (error instanceof ReconcileError) return error.code;
    throw error;
  }
}

function toList({ path, lines, isLive, includes }: TreeFile): unknown {
  return [path, isLive ? null : lines, [...includes.values()].map(({ files }) => files.map(toList))];
}
