import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packing } from '../packing.ts';
import type { Release } from '../release.ts';
import { ROOT } from '../release.ts';
import type { StagedFile } from '../staging/staged-file.ts';
import { plainFile, writeStaged, zippedFile } from '../staging/staged-file.ts';
import { architectureOf, renderControl, renderDebianChangelog, versionOf } from './control.ts';

const SCRIPTS = ['postinst', 'prerm', 'postrm'];

/** The Debian package with these files. Gives its path. Equal input gives equal bytes. Needs dpkg-deb. */
export function buildDeb(release: Release, files: readonly StagedFile[], packing: Packing): string {
  const file = join(packing.output, `${release.name}_${versionOf(release)}_${architectureOf(release)}.deb`);
  const work = mkdtempSync(join(tmpdir(), 'reconcile-deb-'));
  try {
    const staged = [...files, ...listDebianFiles(release)];
    writeStaged([...staged, ...makeControlFiles(release, staged)], work, release.epoch);
    // One thread, since more of them give other bytes; xz, because the dpkg of Debian 11 knows nothing better.
    const how = [`-Z${packing.compression}`, '--threads-max=1', '--root-owner-group', '--build'];
    execFileSync('dpkg-deb', [...how, work, file], {
      stdio: 'pipe',
      env: { ...process.env, SOURCE_DATE_EPOCH: String(release.epoch) },
    });
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return file;
}

/** What only a Debian package has. */
function listDebianFiles(release: Release): readonly StagedFile[] {
  const overrides = { copyOf: join(ROOT, 'packaging', 'debian', 'lintian-overrides') };
  return [
    zippedFile(`/usr/share/doc/${release.name}/changelog.Debian`, renderDebianChangelog(release)),
    plainFile(`/usr/share/lintian/overrides/${release.name}`, overrides),
  ];
}

function makeControlFiles(release: Release, staged: readonly StagedFile[]): readonly StagedFile[] {
  const bytes = staged.reduce((sum, each) => sum + sizeOf(each), 0);
  const kept = staged.filter((each) => each.isConfiguration).map(({ path }) => `${path}\n`);
  return [
    plainFile('/DEBIAN/control', renderControl(release, bytes)),
    plainFile('/DEBIAN/conffiles', kept.join('')),
    plainFile('/DEBIAN/md5sums', renderSums(staged)),
    ...SCRIPTS.map((name) => ({
      ...plainFile(`/DEBIAN/${name}`, { copyOf: join(ROOT, 'packaging', 'debian', name) }),
      mode: 0o755,
    })),
  ];
}

/** As `dpkg --verify` reads them. */
function renderSums(staged: readonly StagedFile[]): string {
  return staged
    .filter((each) => !each.isConfiguration)
    .map((each) => `${createHash('md5').update(bytesOf(each)).digest('hex')}  ${each.path.slice(1)}\n`)
    .sort((left, right) => (left.slice(34) < right.slice(34) ? -1 : 1))
    .join('');
}

function bytesOf({ content }: StagedFile): string | Uint8Array {
  return typeof content === 'string' || content instanceof Uint8Array
    ? content
    : readFileSync(content.copyOf);
}

function sizeOf({ content }: StagedFile): number {
  if (typeof content === 'string') return Buffer.byteLength(content);
  return content instanceof Uint8Array ? content.byteLength : statSync(content.copyOf).size;
}
