import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { stringify } from 'yaml';
import { sha256 } from '../../../src/core/sha256.ts';
import type { Manifest } from '../../helpers/chart.ts';
import { renderManifests } from '../../helpers/chart.ts';
import type { Containers } from '../../helpers/containers.ts';
import { openContainers } from '../../helpers/containers.ts';
import type { Forge } from './forge.ts';
import { startForge } from './forge.ts';
import { buildPhp, buildReconciler } from './images.ts';

/** What the tests of one `describe` share: containers, images, and a server with a first commit. */
export interface PodSession {
  readonly containers: Containers;
  readonly forge: Forge;
  readonly images: { readonly reconciler: string; readonly php: string };
  /** Files of this machine that containers get; removed with the session. */
  readonly directory: string;
}

/** Opens it before the first test of the `describe` that calls it, and ends it after its last. */
export function usePodSession(use: (session: PodSession) => Promise<void>): void {
  let containers: Containers | null = null;
  let directory = '';
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'test-pods-'));
    containers = await openContainers();
    const images = { reconciler: await buildReconciler(containers), php: await buildPhp(containers) };
    const forge = await startForge(containers, 'A: one\n');
    await use({ containers, forge, images, directory });
  });
  afterAll(async () => {
    await containers?.close();
    if (directory !== '') rmSync(directory, { recursive: true, force: true });
  });
}

/** The objects that the chart makes for this session: the images and the server of it, over the values of a variant. */
export function renderForSession(
  { forge, images, directory }: PodSession,
  variant: {
    readonly name: string;
    readonly kubeVersion: string;
    readonly values: Readonly<Record<string, unknown>>;
  },
): readonly Manifest[] {
  const [registry, repository, tag] = images.reconciler.split(/[/:]/);
  const credentials = {
    existingSecret: 'repository',
    identityKey: 'identity',
    knownHostsKey: 'known_hosts',
    tokenKey: '',
  };
  const common = {
    image: { registry, repository, tag },
    credentials,
    configuration: {
      repository: { url: forge.url },
      schedule: { every_seconds: 1, windows: [] },
      health: { stale_seconds: 5 },
    },
  };
  const files = [common, variant.values].map((values) => {
    const text = stringify(values);
    const file = join(directory, `${sha256(Buffer.from(text))}.yaml`); // what is rendered is kept by the names of files
    writeFileSync(file, text);
    return ['--values', file];
  });
  return renderManifests(variant.name, { kubeVersion: variant.kubeVersion, further: files.flat() });
}

/** What Kubernetes would mount: the ConfigMaps of the chart, and Secrets that were there before. */
export function contentsOf(
  manifests: readonly Manifest[],
  secrets: Readonly<Record<string, Readonly<Record<string, string>>>>,
): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const maps = manifests.filter(({ kind }) => kind === 'ConfigMap');
  return { ...secrets, ...Object.fromEntries(maps.map(({ metadata, data = {} }) => [metadata.name, data])) };
}
