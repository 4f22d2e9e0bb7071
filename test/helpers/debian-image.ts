import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What an image of a clean system is made of: Debian's own packages, as its mirror has them, and nothing else. */
export interface DebianSystem {
  /** Debian 11, 12 and 13. */
  readonly suite: 'bullseye' | 'bookworm' | 'trixie';
  /** Beside those that every system has (`Priority: required`, and apt). */
  readonly packages: readonly string[];
}

/** Documents and translations of Debian's packages stay away: half of the size, and nobody reads them. */
const NOT_UNPACKED = ['/usr/share/doc/*', '/usr/share/locale/*', '/usr/share/man/*', '/usr/share/info/*'];

/** Changed when the same packages shall give another image. */
const RECIPE = 2;

/** The name under which podman keeps the image. The same packages have the same name, whatever their order. */
export function imageName({ suite, packages }: DebianSystem): string {
  const made = JSON.stringify([RECIPE, suite, [...packages].sort()]);
  return `localhost/${suite}:${createHash('sha256').update(made).digest('hex').slice(0, 16)}`;
}

/** Makes the system, a minute's work, and gives its archive to `use`. Needs Debian's mirror. Starts no service. */
export async function withDebianArchive(
  system: DebianSystem,
  use: (archive: string) => Promise<void>,
): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'debian-'));
  const archive = join(directory, 'root.tar');
  try {
    execFileSync('unshare', ['--mount', 'mmdebstrap', ...optionsOf(system), system.suite, archive], {
      stdio: 'pipe',
    });
    await use(archive);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function optionsOf({ packages }: DebianSystem): readonly string[] {
  return [
    '--quiet',
    '--variant=minbase',
    ...NOT_UNPACKED.map((pattern) => `--dpkgopt=path-exclude=${pattern}`),
    // Packages that a test installs are unpacked as everywhere.
    '--customize-hook=rm "$1/etc/dpkg/dpkg.cfg.d/99mmdebstrap"',
    ...(packages.length > 0 ? [`--include=${packages.join(',')}`] : []),
  ];
}
