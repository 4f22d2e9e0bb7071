import type { Release } from '../release.ts';
import { DESCRIPTION, formatTime, MAINTAINER, SUMMARY } from '../release.ts';

const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' } as const;

/** As Debian names the processor. */
export function architectureOf({ processor }: Release): string {
  return ARCHITECTURES[processor];
}

/** Version and revision, as in the name of the file. */
export function versionOf({ version, revision }: Release): string {
  return `${version}-${revision}`;
}

/** The control file. `bytes`: of all files of the package. */
export function renderControl(release: Release, bytes: number): string {
  return `Package: ${release.name}
Version: ${versionOf(release)}
Architecture: ${architectureOf(release)}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(bytes / 1024)}
Depends: libc6 (>= 2.28), libstdc++6 (>= 5), libgcc-s1 | libgcc1, init-system-helpers (>= 1.51)
Recommends: git, openssh-client
Suggests: php-fpm
Section: admin
Priority: optional
Description: ${SUMMARY}
${wrap(DESCRIPTION)}
`;
}

/** Debian's own changelog has one entry; what changed in the program stands in the other one. */
export function renderDebianChangelog(release: Release): string {
  return `${release.name} (${versionOf(release)}) stable; urgency=medium

  * Version ${release.version}; what changed in it: changelog.gz.

 -- ${MAINTAINER}  ${formatTime(release)}
`;
}

/** Lines of at most 79 characters, each with the space in front that Debian wants. */
function wrap(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last.length + 1 + word.length > 79) lines.push(` ${word}`);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines.join('\n');
}
