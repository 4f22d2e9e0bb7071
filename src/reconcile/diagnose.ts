import { makeDesired } from '../core/desire.ts';
import { checkSetup } from '../core/doctor/check-setup.ts';
import type { Finding, PlaceFacts } from '../core/doctor/facts.ts';
import { ReconcileError } from '../core/errors.ts';
import { collectForeseen } from '../core/foreseen.ts';
import type { Complaint } from '../core/types.ts';
import { phpFpmBytes } from './observe.ts';
import type { World } from './world.ts';

/**
 * Every weakness of a host's set-up. Looks at the branch, the destinations and php-fpm; what the ledger
 * remembers is told by `reconcile status`.
 */
export async function diagnose(world: World, places: PlaceFacts): Promise<readonly Finding[]> {
  const errors: ReconcileError[] = [];
  const wanted = await collectForeseen(errors, () => readWanted(world, errors));
  const found = await observeDestinations(world, errors);
  const service = (await world.service?.diagnose(wanted ?? found ?? makePlaceholder(world))) ?? null;
  return checkSetup({ errors, places, service });
}

/** What the tip of the branch wants in php-fpm's file; null where its content is refused, with the reasons. */
async function readWanted(world: World, errors: ReconcileError[]): Promise<Uint8Array | null> {
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

/** Looks at every destination; gives what php-fpm's file holds now, null where there is none. */
async function observeDestinations(world: World, errors: ReconcileError[]): Promise<Uint8Array | null> {
  let bytes: Uint8Array | null = null;
  for (const { path, target } of world.host.destinations) {
    const found = await collectForeseen(errors, async () => observe(world, path));
    if (target === 'php-fpm') bytes = found;
  }
  return bytes;
}

function observe(world: World, path: string): Uint8Array | null {
  const found = world.files.observe(path);
  if (found.kind !== 'obstacle') return found.kind === 'file' ? found.bytes : null;
  throw new ReconcileError('DESTINATION_OBSTACLE', `${path} is a ${found.type}, not a regular file`);
}

/** Any variable, to see which pools would get it, where there is no file yet and none can be rendered. */
function makePlaceholder({ host }: World): Uint8Array {
  const line = 'env["PLACEHOLDER"] = "1"\n';
  return Buffer.from(
    host.pools.length === 0 ? line : host.pools.map((pool) => `[${pool}]\n${line}`).join(''),
  );
}
