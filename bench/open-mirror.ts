import { join } from 'node:path';
import type { Access, FetchLimits } from '../src/adapters/git/access.ts';
import { openSource } from '../src/adapters/git/open-source.ts';
import { SNAPSHOT_LIMITS } from '../src/adapters/snapshot-rules.ts';
import { parseRemote } from '../src/core/git/remote.ts';
import type { GitSource } from '../src/ports.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';

export const LIMITS: FetchLimits = { ...SNAPSHOT_LIMITS, fetchMs: 60_000 };

export const TRACKED = { kind: 'branch', name: 'main' } as const;

/** A mirror as hosts have it, with a clone of its own that is not there yet. */
export function openMirror(
  url: string,
  access: Access,
): { readonly source: GitSource; readonly clone: string } {
  const parsed = parseRemote(url);
  if (!('remote' in parsed)) throw new Error(`${url}: ${parsed.wrong}`);
  const clone = join(temporaryDirectory(), 'state', 'clone');
  const options = { remotes: [parsed.remote], transport: 'mirror', tracked: TRACKED, access } as const;
  return { source: openSource({ ...options, limits: LIMITS, clone, tell: () => undefined }), clone };
}
