import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { CHART } from '../../scripts/chart-files.ts';
import { installHelm } from '../../scripts/helm.ts';

/** The values files that every check of the chart is made with, by their names. */
export const VARIANTS: readonly string[] = readdirSync(join(CHART, 'ci')).map((file) =>
  file.replace('-values.yaml', ''),
);

/** The newest Kubernetes that the chart is tried with. */
const NEWEST = '1.35.0';

/** What a Kubernetes object is to all tests. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: Readonly<Record<string, unknown>>;
}

export interface Rendering {
  readonly kubeVersion?: string;
  readonly release?: string;
  readonly further?: readonly string[];
}

/** A block of tests that helm is needed for; there is one for x64 alone. */
export function describeWithHelm(name: string, tests: () => void): void {
  const isThere = process.arch === 'x64';
  if (!isThere) console.warn(`SKIPPED: ${name}: there is no helm for ${process.arch} in the npm package`);
  describe.skipIf(!isThere)(name, tests);
}

/** Runs helm, with nothing of the user's own settings of it. */
export function runHelm(args: readonly string[]): { readonly exit: number | null; readonly said: string } {
  const { status, stdout, stderr } = spawnSync(installHelm(), args, { encoding: 'utf8', env: helmHome() });
  return { exit: status, said: `${stdout}${stderr}` };
}

/** By what was asked for: equal questions have equal answers, and each costs a tenth of a second. */
const rendered = new Map<string, string>();

/** What `helm template` makes of a values file. Throws with helm's words. */
export function renderChart(variant: string, rendering: Rendering = {}): string {
  const key = JSON.stringify([variant, rendering]);
  const text = rendered.get(key) ?? runTemplate(variant, rendering);
  rendered.set(key, text);
  return text;
}

function runTemplate(variant: string, rendering: Rendering): string {
  const { kubeVersion = NEWEST, release = 'web', further = [] } = rendering;
  const values = join(CHART, 'ci', `${variant}-values.yaml`);
  const args = ['template', release, CHART, '--values', values, '--kube-version', kubeVersion, ...further];
  return execFileSync(installHelm(), args, { encoding: 'utf8', env: helmHome() });
}

/** The objects of it, as Kubernetes reads them: YAML 1.1, in which 0400 is octal. */
export function renderManifests(variant: string, rendering: Rendering = {}): readonly Manifest[] {
  return parseManifests(renderChart(variant, rendering));
}

function parseManifests(text: string): readonly Manifest[] {
  const documents = parseAllDocuments(text, { version: '1.1' });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => document.toJS()).filter((value) => value !== null);
}

/** The one object of this kind. Throws where there is none. */
export function findManifest(manifests: readonly Manifest[], kind: string, suffix = ''): Manifest {
  const found = manifests.find((each) => each.kind === kind && each.metadata.name.endsWith(suffix));
  if (found === undefined) throw new Error(`no ${kind} …${suffix} is rendered`);
  return found;
}

function helmHome(): NodeJS.ProcessEnv {
  const home = join(import.meta.dirname, '..', '..', '.cache', 'helm', 'home');
  return { PATH: process.env.PATH, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
}
