import type { Sample } from '../core/metrics/exposition.ts';
import { sample, timeSamples } from '../core/metrics/exposition.ts';
import { dryRun } from './dry-run.ts';
import type { FileStatus, Standing } from './standing.ts';
import { readStanding } from './standing.ts';
import type { World } from './world.ts';

/** Where a host stands, in figures. Asks nobody and changes nothing. Throws STATE_UNUSABLE, DESTINATION_UNSAFE. */
export function measureHost(world: World): readonly Sample[] {
  const { restraints } = world; // a dry run knows no pause
  const standing = readStanding({ ...dryRun(world), restraints });
  const { applied, contact, changed, owed, held, files } = standing;
  return [
    ...(applied === null ? [] : [sample('applied_info', 1, { commit: applied })]),
    ...timeSamples('last_contact_timestamp_seconds', toDate(contact?.at ?? null)),
    ...timeSamples('last_change_timestamp_seconds', toDate(changed)),
    sample('reload_owed', owed === null ? 0 : 1),
    sample('ledger_lost', owed?.phase === 'unknown' ? 1 : 0),
    sample('held_contents', held.length),
    ...files.flatMap(driftSamples),
    ...restraintSamples(standing),
  ];
}

/** A file that was never applied cannot drift from what was. */
function driftSamples({ target, state }: FileStatus): readonly Sample[] {
  if (state === 'never applied') return [];
  return [sample('drift', state === 'drifted' ? 1 : 0, { target })];
}

function restraintSamples({ restraint }: Standing): readonly Sample[] {
  return [
    sample('paused', restraint?.kind === 'paused' ? 1 : 0),
    sample('heal_only', restraint?.kind === 'heal-only' ? 1 : 0),
    ...timeSamples('restraint_until_timestamp_seconds', toDate(restraint?.until ?? null)),
  ];
}

function toDate(iso: string | null): Date | null {
  return iso === null ? null : new Date(iso);
}
