import { makeDesired } from './desire.ts';
import { FILE_NAMES } from './expected.ts';
import { DEFAULT_NAMES } from './names.ts';
import type { Checked, Destination, HostProfile, Snapshot } from './types.ts';

/** The files as they are named where no host says otherwise. */
const FILES: readonly Destination[] = [
  { target: 'php-fpm', path: FILE_NAMES['php-fpm'], mode: 0o600, uid: 0, gid: 0 },
  { target: 'shell', path: FILE_NAMES.shell, mode: 0o644, uid: 0, gid: 0 },
];

/** Which host's files, and which `[pool]` headers they carry. */
export interface RenderIntoRequest {
  readonly host: string;
  readonly pools: readonly string[];
}

/** A file by its name alone. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The files of a host of the inventory, by name, with no host configuration in play; secrets may go anywhere. */
export function renderInto(snapshot: Snapshot, request: RenderIntoRequest): Checked<readonly NamedFile[]> {
  const profile: HostProfile = {
    name: request.host,
    environment: null,
    groups: null,
    destinations: FILES,
    pools: request.pools,
    announceRevision: true,
    exposeSecrets: true,
    repositoryId: null,
    names: DEFAULT_NAMES,
  };
  const { value, complaints } = makeDesired(snapshot, profile);
  const files =
    value?.files.map((file) => ({ name: file.path, bytes: file.bytes ?? new Uint8Array() })) ?? null;
  return { value: files, complaints };
}
