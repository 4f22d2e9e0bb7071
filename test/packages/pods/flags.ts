import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { mountFlags } from './volumes.ts';

/** What a pod is on its node. */
export interface PodPlace {
  /** The pod's own name, and that of the node. */
  readonly name: string;
  readonly nodeName: string;
  /** The container whose processes all others see. */
  readonly processes: string;
  readonly volumes: ReadonlyMap<string, string>;
}

/** A container of a pod in the words of podman-run(1): user, rights, mounts, environment. What is not translated is an error. */
export function containerFlags(container: Container, pod: PodSpec, place: PodPlace): readonly string[] {
  const { volumeMounts = [], env = [] } = container;
  return [
    `--pid=container:${place.processes}`,
    ...userFlags(container, pod),
    ...rightsOf(container),
    ...mountFlags(volumeMounts, place.volumes),
    ...env.map(
      (each) => `--env=${each.name}=${each.value ?? fieldOf(each.valueFrom?.fieldRef?.fieldPath, place)}`,
    ),
    ...(container.command === undefined ? [] : [`--entrypoint=${JSON.stringify(container.command)}`]),
  ];
}

function userFlags(
  { securityContext: own = {} }: Container,
  { securityContext: all = {} }: PodSpec,
): readonly string[] {
  const user = own.runAsUser ?? all.runAsUser;
  const group = own.runAsGroup ?? all.runAsGroup;
  if (user === undefined || group === undefined) throw new Error('the chart says no user');
  if ((own.runAsNonRoot ?? all.runAsNonRoot) === true && user === 0)
    throw new Error('a container would be root');
  const further = [...(all.supplementalGroups ?? []), ...(all.fsGroup === undefined ? [] : [all.fsGroup])];
  return [`--user=${user}:${group}`, ...further.map((number) => `--group-add=${number}`)];
}

/** podman's own seccomp profile is that of the runtime. AppArmor, SELinux and limits of memory are not there to be tried. */
function rightsOf({ securityContext = {} }: Container): readonly string[] {
  const { capabilities, allowPrivilegeEscalation, readOnlyRootFilesystem, privileged } = securityContext;
  if (privileged === true) throw new Error('a container would be privileged');
  return [
    ...(capabilities?.drop ?? []).map((name) => `--cap-drop=${name}`),
    ...(capabilities?.add ?? []).map((name) => `--cap-add=${name}`),
    ...(allowPrivilegeEscalation === false ? ['--security-opt=no-new-privileges'] : []),
    ...(readOnlyRootFilesystem === true ? ['--read-only', '--read-only-tmpfs=false'] : []),
  ];
}

function fieldOf(path: string | undefined, { name, nodeName }: PodPlace): string {
  if (path === 'metadata.name') return name;
  if (path === 'spec.nodeName') return nodeName;
  throw new Error(`${path} is not known here`);
}
