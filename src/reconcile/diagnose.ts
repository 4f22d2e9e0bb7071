import { makeDesired } from '../core/desire.ts';
import { checkSetup } from '../core/doctor/check-setup.ts';
import type { PlaceFacts } from '../core/doctor/facts.ts';
import { ReconcileError } from '../core/errors.ts';
import type { Complaint, Finding } from '../core/types.ts';
import { phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

/**
 * Every weakness of a host's set-up. Looks at the branch, the destinations and php-fpm, and not at the ledger, which
 * sets a damaged record aside when it is read.
 */
export async function diagnose(world: World, places: PlaceFacts): Promise<readonly Finding[]> {
  const errors: ReconcileError[] = [];
  const bytes = await collect(errors, () => readBytes(world, errors));
  for (const { path } of world.host.destinations) {
    await collect(errors, async () => checkDestination(world, path));
  }
  const service = (await world.service?.diagnose(bytes)) ?? null;
  return checkSetup({ errors, places, service });
}

/** What the tip of the branch wants in php-fpm's file; null where its content is refused, with the reasons. */
async function readBytes(world: World, errors: ReconcileError[]): Promise<Uint8Array | null> {
  const commit = await world.source.probe();
  const { value, complaints } = makeDesired(await world.source.read(commit), world.host);
  if (value !== null) return phpFpmBytes(value);
  const refusals = complaints.filter(({ severity }) => severity === 'error');
  errors.push(...refusals.map((complaint) => new ReconcileError(complaint.code, locate(complaint))));
  return null;
}

function locate({ at, message }: Complaint): string {
  return at === null ? message : `${at.file}:${at.line}:${at.column}: ${message}`;
}

function checkDestination(world: World, path: string): void {
  const found = world.files.observe(path);
  if (found.kind !== 'obstacle') return;
  throw new ReconcileError('DESTINATION_OBSTACLE', `${path} is a ${found.type}, not a regular file`);
}

async function collect<T>(errors: ReconcileError[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    errors.push(error);
    return null;
  }
}
