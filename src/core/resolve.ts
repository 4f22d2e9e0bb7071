import { complain } from './complain.ts';
import { findLayers } from './layers.ts';
import { suggest } from './suggest.ts';
import type { Checked, Host, Repository, Variable } from './types.ts';
import { mergeVariables } from './variables.ts';

/** Which host: by the inventory, or by what its own configuration says where the inventory does not know it. */
export interface HostRequest {
  readonly name: string;
  /** Null: only the inventory says it. */
  readonly environment?: string | null;
  readonly groups?: readonly string[] | null;
}

export interface ResolvedHost {
  readonly host: Host;
  /** Sorted by name in byte order. */
  readonly variables: readonly Variable[];
}

/**
 * One host with its variables. The inventory wins over the host's own configuration; a host that is in neither is
 * HOST_UNKNOWN, with the nearest name of the inventory. Other codes: those of findLayers and mergeVariables.
 */
export function resolveHost(repository: Repository, request: HostRequest): Checked<ResolvedHost> {
  const host = repository.hosts.get(request.name) ?? makeHost(request);
  if (host === null) {
    const message = `${JSON.stringify(request.name)} is not in hosts.yaml${suggest(request.name, repository.hosts.keys())}`;
    return { value: null, complaints: [complain('HOST_UNKNOWN', null, message)] };
  }
  const layers = findLayers(host, repository.settings.layers, repository.layers);
  if (layers.value === null) return { value: null, complaints: layers.complaints };
  const { declarations } = repository;
  const variables = mergeVariables({ host, layers: layers.value, declarations });
  const value = variables.value === null ? null : { host, variables: variables.value };
  return { value, complaints: variables.complaints };
}

function makeHost({ name, environment, groups }: HostRequest): Host | null {
  if (environment === undefined || environment === null) return null;
  return { name, environment, groups: groups ?? [], labels: new Map(), addresses: [], at: null };
}
