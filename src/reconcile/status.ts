import type { ServiceState } from '../core/types.ts';
import { readHead } from './head.ts';
import type { Standing } from './standing.ts';
import { readStanding } from './standing.ts';
import type { World } from './world.ts';

/** Where a host stands, as far as it can be seen without changing anything. */
export interface Status extends Standing {
  /** The tip of the branch, and why it is not the applied commit where it cannot be. */
  readonly head: { readonly commit: string | null; readonly problem: string | null };
  readonly phpFpm: ServiceState | null;
}

/** Reads the ledger, the branch, the files and the process table. Throws STATE_UNUSABLE, DESTINATION_UNSAFE. */
export async function readStatus(world: World): Promise<Status> {
  const standing = readStanding(world);
  const head = await readHead(world);
  return {
    ...standing,
    head: { commit: head.commit, problem: head.error?.message ?? null },
    phpFpm: (await world.service?.inspect()) ?? null,
  };
}
