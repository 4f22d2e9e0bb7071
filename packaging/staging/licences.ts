import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { installNode } from '../../scripts/node-versions.ts';
import { ROOT } from '../release.ts';

/** Of each part of the executable: this program, the npm packages in it, and Node.js with all that it is made of. */
export function collectLicences(): string {
  const own = { title: 'php-env-reconciler', text: read(ROOT, 'LICENSE') };
  const packages = bundledPackages().map((name) => ({ title: name, text: readLicence(name) }));
  const node = { title: 'Node.js', text: read(installNode('x64-24'), 'LICENSE') };
  return [own, ...packages, node]
    .map(({ title, text }) => `${'='.repeat(78)}\n${title}\n${'='.repeat(78)}\n\n${text.trim()}\n`)
    .join('\n');
}

/** The npm packages of which something is in dist/, by name. */
function bundledPackages(): readonly string[] {
  const { outputs } = JSON.parse(read(ROOT, 'dist', 'meta.json')) as Metafile;
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const names = inputs
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([input]) => /^.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []);
  return [...new Set(names)].sort();
}

interface Metafile {
  readonly outputs: Readonly<Record<string, { inputs: Readonly<Record<string, { bytesInOutput: number }>> }>>;
}

/** The text that lies in the package; two very small ones have only the name of their licence. */
function readLicence(name: string): string {
  const directory = join(ROOT, 'node_modules', name);
  const file = readdirSync(directory).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (file !== undefined) return read(directory, file);
  const { license, author } = JSON.parse(read(directory, 'package.json'));
  return `Licence: ${license}\nAuthor: ${typeof author === 'string' ? author : (author?.name ?? 'unknown')}`;
}

function read(...path: readonly string[]): string {
  return readFileSync(join(...path), 'utf8');
}
