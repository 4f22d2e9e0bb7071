import { afterAll, beforeAll } from 'vitest';
import type { Family } from '../../packaging/staging/host-files.ts';
import type { Containers } from '../helpers/containers.ts';
import { openContainers } from '../helpers/containers.ts';
import type { DebianSystem } from '../helpers/debian-image.ts';
import { whyNoNamespaces } from '../helpers/private-namespaces.ts';
import { DebianHost } from './debian-host.ts';
import type { HostPackages } from './host-packages.ts';
import { buildHostPackages } from './host-packages.ts';

/** Whether clean systems can be started here; says so once for each file where they cannot. */
export function canStartSystems(): boolean {
  const why = whyNoNamespaces();
  if (why !== null) console.warn(`SKIPPED: no clean system can be started here: ${why}`);
  return why === null;
}

/** What the tests of one `describe` share. */
export interface Session {
  readonly packages: HostPackages;
  startHost(system: DebianSystem, name: string): Promise<DebianHost>;
}

/** Opens containers and builds the packages before the first test of the `describe` that calls it, and ends them after its last. */
export function useSession(family: Family = 'deb'): Session {
  let containers: Containers | null = null;
  let packages: HostPackages | null = null;
  beforeAll(async () => {
    packages = await buildHostPackages(family);
    containers = await openContainers();
  });
  afterAll(async () => {
    await containers?.close();
    packages?.remove();
  });
  return {
    get packages() {
      return opened(packages);
    },
    startHost: async (system, name) => await DebianHost.start(opened(containers), system, name),
  };
}

function opened<T>(value: T | null): T {
  if (value === null) throw new Error('the session is opened before the first test, not earlier');
  return value;
}

/** Runs the work and prints how long it took. */
export async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startedAt = performance.now();
  const result = await work();
  console.info(`packages: ${what}: ${((performance.now() - startedAt) / 1000).toFixed(2)} s`);
  return result;
}
