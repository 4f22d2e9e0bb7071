import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Packing } from '../packing.ts';
import type { Release } from '../release.ts';
import type { StagedFile } from '../staging/staged-file.ts';
import { writeStaged } from '../staging/staged-file.ts';
import { renderSpec, rpmArchitectureOf } from './spec.ts';

/** The RPM package with these files. Gives its path. Equal input gives equal bytes. Needs rpmbuild. */
export function buildRpm(release: Release, files: readonly StagedFile[], packing: Packing): string {
  const { name, version, revision, epoch } = release;
  const architecture = rpmArchitectureOf(release);
  const file = `${name}-${version}-${revision}.${architecture}.rpm`;
  const work = mkdtempSync(join(tmpdir(), 'reconcile-rpm-'));
  try {
    const root = join(work, 'root');
    mkdirSync(root);
    writeStaged(files, root, epoch);
    writeFileSync(join(work, 'package.spec'), renderSpec(release, files, root));
    const payload = packing.compression === 'none' ? 'w0.gzdio' : 'w6.xzdio';
    const defines = [`_topdir ${work}/build`, `_tmppath ${work}`, `_binary_payload ${payload}`];
    const how = [
      '-bb',
      '--target',
      `${architecture}-linux`,
      ...defines.flatMap((each) => ['--define', each]),
    ];
    execFileSync('rpmbuild', [...how, join(work, 'package.spec')], {
      stdio: 'pipe',
      env: { ...process.env, SOURCE_DATE_EPOCH: String(epoch) },
    });
    copyFileSync(join(work, 'build', 'RPMS', architecture, file), join(packing.output, file));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return join(packing.output, file);
}
