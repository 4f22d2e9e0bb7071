import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from './chart.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const OPERATOR = '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';

/** Where the type of a kind is, and what it is called there. */
function typeOf({ apiVersion, kind }: Manifest): readonly [module: string, name: string] {
  if (apiVersion === 'monitoring.coreos.com/v1') return [OPERATOR, `I${kind}`];
  const [group = '', version = 'core/v1'] = apiVersion === 'v1' ? ['core', 'v1'] : apiVersion.split('/');
  return [`kubernetes-types/${group.replace('.k8s.io', '')}/${version}.js`, kind];
}

/**
 * What the compiler has against the objects, each written down as a constant of its kind's type: wrong types, missing fields, and
 * fields that the kind does not have. Empty where all is well.
 */
export function judgeManifests(manifests: readonly Manifest[]): string {
  const place = join(ROOT, '.cache', 'manifests');
  mkdirSync(place, { recursive: true });
  const work = mkdtempSync(join(place, 'judged-')); // below node_modules, where the types are found
  try {
    const file = join(work, 'manifests.ts');
    writeFileSync(file, manifests.map(writeConstant).join('\n'));
    return runCompiler(file).replaceAll(work, '');
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function writeConstant(manifest: Manifest, index: number): string {
  const [module, name] = typeOf(manifest);
  return `import type { ${name} as Type${index} } from '${module}';
export const manifest${index}: Type${index} = ${JSON.stringify(manifest, null, 1)};`;
}

function runCompiler(file: string): string {
  const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
  const options = [
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--module',
    'esnext',
    '--moduleResolution',
    'bundler',
  ];
  try {
    return execFileSync(compiler, [...options, '--ignoreConfig', '--types', '', file], { encoding: 'utf8' });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error && error.stdout !== '') return String(error.stdout);
    throw error;
  }
}
