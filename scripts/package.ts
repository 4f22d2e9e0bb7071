/**
 * Builds what people install, into artifacts/: `npm run package`, or `npm run package -- executable deb` for some of it.
 * `--revision 2` for a second package of one version, `--processor arm64` for the other kind of machine.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildDeb } from '../packaging/debian/build-deb.ts';
import { buildExecutable } from '../packaging/executable/build-executable.ts';
import type { Packing } from '../packaging/packing.ts';
import type { Release } from '../packaging/release.ts';
import { ROOT, readRelease } from '../packaging/release.ts';
import { buildRpm } from '../packaging/rpm/build-rpm.ts';
import { listHostFiles } from '../packaging/staging/host-files.ts';
import { collectLicences } from '../packaging/staging/licences.ts';
import { searchPath } from './search-path.ts';

const OUTPUT = join(ROOT, 'artifacts');
const PACKING: Packing = { output: OUTPUT, compression: 'xz' };

/** Each kind of artifact: what writes it, and gives the paths of what it wrote. */
const KINDS: Readonly<Record<string, (release: Release, executable: string) => Promise<readonly string[]>>> =
  {
    npm: packForNpm,
    executable: copyExecutable,
    deb: async (release, executable) => [
      buildDeb(release, await listHostFiles(executable, release, 'deb'), PACKING),
    ],
    rpm: async (release, executable) => [
      buildRpm(release, await listHostFiles(executable, release, 'rpm'), PACKING),
    ],
  };

process.env.PATH = searchPath();
void main();

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { revision: { type: 'string', default: '1' }, processor: { type: 'string', default: 'x64' } },
  });
  const { revision, processor } = values;
  const unknown = positionals.filter((kind) => !(kind in KINDS));
  if (unknown.length > 0 || (processor !== 'x64' && processor !== 'arm64'))
    throw new Error(`say some of ${Object.keys(KINDS).join(', ')}, and x64 or arm64`);
  mkdirSync(OUTPUT, { recursive: true });
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs')], { stdio: 'inherit' });
  const release = readRelease(revision, processor);
  const executable = await buildExecutable(processor);
  for (const kind of positionals.length > 0 ? positionals : Object.keys(KINDS)) {
    const start = performance.now();
    const files = (await KINDS[kind]?.(release, executable)) ?? [];
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    for (const file of files) console.log(describeFile(file, seconds));
  }
}

async function packForNpm(): Promise<readonly string[]> {
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', OUTPUT];
  return [join(OUTPUT, execFileSync('npm', words, { cwd: ROOT, encoding: 'utf8' }).trim())];
}

async function copyExecutable(
  { version, processor }: Release,
  executable: string,
): Promise<readonly string[]> {
  const files = [`reconcile-${version}-linux-${processor}`, `reconcile-${version}-LICENCES.txt`] as const;
  const [program, licences] = [join(OUTPUT, files[0]), join(OUTPUT, files[1])];
  copyFileSync(executable, program);
  writeFileSync(licences, collectLicences());
  return [program, licences];
}

function describeFile(file: string, seconds: string): string {
  const bytes = readFileSync(file);
  const hash = createHash('sha256').update(bytes).digest('hex');
  const size = `${(bytes.length / 1e6).toFixed(1)} MB`;
  return `${hash}  ${basename(file).padEnd(44)} ${size.padStart(9)}  ${seconds} s`;
}
