import { join } from 'node:path';
import type { MirrorOptions } from '../../../../src/adapters/git/mirror/mirror.ts';
import { mirrorSource } from '../../../../src/adapters/git/mirror/mirror.ts';
import { SNAPSHOT_LIMITS } from '../../../../src/adapters/snapshot-rules.ts';
import type { GitSource } from '../../../../src/ports.ts';
import { NO_ACCESS } from '../../../helpers/git-places.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';

export const LIMITS = { ...SNAPSHOT_LIMITS, packBytes: 64 * 1024 * 1024, fetchMs: 30_000 };

/** A mirror of branch main with its clone in a new directory, unless told otherwise. */
export function openMirror(
  url: string,
  options: Partial<MirrorOptions> = {},
): { readonly source: GitSource; readonly clone: string } {
  const clone = options.clone ?? join(temporaryDirectory(), 'state', 'clone');
  const tracked = { kind: 'branch', name: 'main' } as const;
  const source = mirrorSource({ url, tracked, access: NO_ACCESS, limits: LIMITS, ...options, clone });
  return { source, clone };
}

/** Probes and reads: the commit, and the files as text. */
export async function take(source: GitSource) {
  const commit = await source.probe();
  const snapshot = await source.read(commit);
  const files = [...snapshot.files].map(([path, bytes]) => [path, Buffer.from(bytes).toString()] as const);
  return { commit, files: Object.fromEntries(files) };
}
