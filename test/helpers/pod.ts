import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { Manifest } from './chart.ts';

/** The template of the pods of a chart's workload, and the parts of it that tests look at. Throws where there is no workload. */
export function readPod(manifests: readonly Manifest[]): {
  readonly spec: PodSpec;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
} {
  const workload = manifests.find(({ kind }) => ['DaemonSet', 'Deployment'].includes(kind));
  const template = workload?.spec?.template as
    | { spec: PodSpec; metadata: { labels: Record<string, string>; annotations: Record<string, string> } }
    | undefined;
  if (template === undefined) throw new Error('neither a DaemonSet nor a Deployment is rendered');
  return { spec: template.spec, ...template.metadata };
}

/** Every container of a pod, the ones that come first too. */
export function allContainers({ initContainers = [], containers }: PodSpec): readonly Container[] {
  return [...initContainers, ...containers];
}

/** The container of that name, wherever it is. Throws where there is none. */
export function findContainer(spec: PodSpec, name: string): Container {
  const found = allContainers(spec).find((container) => container.name === name);
  if (found === undefined) throw new Error(`the pod has no container ${name}`);
  return found;
}

/** The mount that holds a path: of several, the deepest. Null where there is none. */
export function findMount({ volumeMounts = [] }: Container, path: string) {
  const holding = volumeMounts.filter(
    ({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`),
  );
  return holding.sort((a, b) => b.mountPath.length - a.mountPath.length)[0] ?? null;
}
