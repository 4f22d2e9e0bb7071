import { checkRepository } from '../../src/core/check.ts';
import { makeDesired } from '../../src/core/desire.ts';
import type { HostProfile, Snapshot } from '../../src/core/types.ts';
import { PROFILE } from './host-profile.ts';
import type { Mutant } from './mutate-repository.ts';

/** How one mutant went. */
export interface MutantVerdict {
  /** Time of the processor, which other work on the machine does not lengthen. */
  readonly tookMs: number;
  readonly errors: number;
  /** What must never happen: something thrown, a polluted prototype, a file beside the two destinations. */
  readonly defect: string | null;
}

const CLEAN = Reflect.ownKeys(Object.prototype).length;

/** A host of the fixture; only its configuration says where files go. */
const HOST: HostProfile = { ...PROFILE, name: 'php-143-117', exposeSecrets: true };

/** Parses the mutant, resolves all of its hosts, renders all of their files, and makes the desired state of one. */
export function checkMutant({ snapshot }: Mutant): MutantVerdict {
  const cpuBefore = process.cpuUsage();
  const wallBefore = performance.now();
  let errors = 0;
  let defect: string | null = null;
  try {
    errors = checkRepository(snapshot).filter(({ severity }) => severity === 'error').length;
  } catch (error) {
    defect = describe(error);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const tookMs = Math.min((user + system) / 1000, performance.now() - wallBefore);
  defect ??= findStrayFile(snapshot);
  if (Reflect.ownKeys(Object.prototype).length !== CLEAN) defect = 'Object.prototype has got new keys';
  return { tookMs, errors, defect };
}

/** What a host would write must be its two destinations, with their own modes and owners, or nothing. */
function findStrayFile(snapshot: Snapshot): string | null {
  try {
    const files = makeDesired(snapshot, HOST).value?.files ?? HOST.destinations;
    const places = files.map(({ target, path, mode, uid, gid }) => ({ target, path, mode, uid, gid }));
    const isOurs = JSON.stringify(places) === JSON.stringify(HOST.destinations);
    return isOurs ? null : `files beside the destinations: ${JSON.stringify(places)}`;
  } catch (error) {
    return describe(error);
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
