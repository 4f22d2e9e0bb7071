import { chmodSync, chownSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PodSpec, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import type { Containers } from '../../helpers/containers.ts';

/** What volumes are made of. */
export interface VolumeSources {
  readonly containers: Containers;
  /** Where the volumes of the pod are put. */
  readonly directory: string;
  /** The root directory of the node. */
  readonly node: string;
  /** Content of Secrets and ConfigMaps by their names. */
  readonly contents: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

const GROUP_READS = 0o440;

/** Makes the volumes of a pod as the kubelet does, with its owners and modes. Gives their paths by their names. */
export async function makeVolumes(
  { volumes = [], securityContext }: PodSpec,
  sources: VolumeSources,
): Promise<ReadonlyMap<string, string>> {
  const made = new Map<string, string>();
  for (const volume of volumes) {
    const group = securityContext?.fsGroup;
    made.set(
      volume.name,
      await makeVolume(volume, { ...sources, ...(group === undefined ? {} : { group }) }),
    );
  }
  return made;
}

interface Making extends VolumeSources {
  /** `fsGroup` of the pod. */
  readonly group?: number;
}

async function makeVolume(volume: Volume, making: Making): Promise<string> {
  const path = join(making.directory, volume.name);
  const { hostPath, emptyDir, configMap, secret } = volume;
  if (hostPath !== undefined) return await onNode(hostPath, making);
  mkdirSync(path, { recursive: true });
  if (emptyDir !== undefined) await makeEmpty(path, emptyDir.medium === 'Memory', making);
  const name = configMap?.name ?? secret?.secretName;
  if (name !== undefined) {
    const mode = (configMap ?? secret)?.defaultMode ?? 0o644;
    project(path, making.contents[name] ?? missing(name), { mode, ...making });
  }
  return path;
}

/** `Directory` must be there, as the kubelet wants it; `DirectoryOrCreate` is made. */
async function onNode(
  { path, type }: { path: string; type?: string },
  { containers, node }: Making,
): Promise<string> {
  const place = join(node, path);
  const words = type === 'DirectoryOrCreate' ? ['mkdir', '-p', '-m', '0755', place] : ['test', '-d', place];
  const { exit } = await containers.run(words);
  if (exit !== 0) throw new Error(`hostPath ${path} of type ${type} cannot be mounted`);
  return place;
}

/** In memory it is the root of a tmpfs, 1777; else 0777. With `fsGroup` it belongs to that group, and so do new entries in it. */
async function makeEmpty(path: string, inMemory: boolean, { containers, group }: Making): Promise<void> {
  if (inMemory) await containers.run(['mount', '-t', 'tmpfs', '-o', 'mode=1777,size=64m', 'tmpfs', path]);
  const mode = inMemory ? 0o1777 : 0o777;
  await containers.run(['chgrp', String(group ?? 0), path]);
  await containers.run(['chmod', (group === undefined ? mode : mode | 0o2000).toString(8), path]);
}

/** Files in a directory of a moment, reached by links, so that all of them change at once. */
function project(
  path: string,
  files: Readonly<Record<string, string>>,
  { mode, group = 0 }: { readonly mode: number; readonly group?: number },
): void {
  const moment = '..2026_11_27_12_00_00.1';
  mkdirSync(join(path, moment));
  symlinkSync(moment, join(path, '..data'));
  for (const [name, text] of Object.entries(files)) {
    const file = join(path, moment, name);
    writeFileSync(file, text);
    chownSync(file, 0, group);
    chmodSync(file, group === 0 ? mode : mode | GROUP_READS);
    symlinkSync(join('..data', name), join(path, name));
  }
}

function missing(name: string): never {
  throw new Error(`there is no Secret or ConfigMap ${name}`);
}

/** podman's words for the mounts. A `subPath` is resolved once, as the kubelet does. */
export function mountFlags(
  mounts: readonly VolumeMount[],
  volumes: ReadonlyMap<string, string>,
): readonly string[] {
  return mounts.map(({ name, mountPath, readOnly = false, subPath }) => {
    const volume = volumes.get(name) ?? missing(name);
    const from = subPath === undefined ? volume : realpathSync(join(volume, subPath));
    return `--volume=${from}:${mountPath}:${readOnly ? 'ro' : 'rw'}`;
  });
}
