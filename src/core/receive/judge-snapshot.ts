import { checkRepository } from '../check.ts';
import { hasErrors } from '../complain.ts';
import { makeDesired } from '../desire.ts';
import type { Complaint, HostProfile, Snapshot } from '../types.ts';

/**
 * What a host has against a commit before it is live: all that `reconcile check` finds, for every host of the inventory and
 * by this host's rules for names; where that is nothing, what this host alone asks for. Of a foreign repository nothing
 * but that is told.
 */
export function judgeSnapshot(snapshot: Snapshot, profile: HostProfile): readonly Complaint[] {
  const own = makeDesired(snapshot, profile).complaints;
  if (own.some(({ code }) => code === 'SOURCE_FOREIGN')) return own;
  const all = checkRepository(snapshot, { names: profile.names });
  if (hasErrors(all)) return all;
  return [...all, ...own.filter(({ severity }) => severity === 'error')];
}
