import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';

/** A php-fpm that this host could mean. */
export interface PhpFpmCandidate {
  readonly binary: string;
  readonly config: string;
}

const FIXED: readonly PhpFpmCandidate[] = [
  // built by hand, as the system that this program takes over from
  { binary: '/usr/local/webserver/php/sbin/php-fpm', config: '/usr/local/webserver/php/etc/php-fpm.conf' },
  // RHEL and Fedora
  { binary: '/usr/sbin/php-fpm', config: '/etc/php-fpm.conf' },
  // the official container images
  { binary: '/usr/local/sbin/php-fpm', config: '/usr/local/etc/php-fpm.conf' },
];

/**
 * The php-fpm programs of this host whose main configuration is there too, in the usual places (also below Debian's
 * `/etc/php/VERSION/fpm`). Never guesses among several: the caller asks. `root` stands for `/`.
 */
export function proposePhpFpm(root = '/'): readonly PhpFpmCandidate[] {
  const candidates = [...FIXED, ...debianCandidates(root)].filter(
    ({ binary, config }) => existsSync(join(root, binary)) && existsSync(join(root, config)),
  );
  const seen = new Set<string>();
  return candidates.filter(({ binary, config }) => {
    const key = `${realpathSync(join(root, binary))} ${realpathSync(join(root, config))}`;
    return !seen.has(key) && seen.add(key);
  });
}

function debianCandidates(root: string): readonly PhpFpmCandidate[] {
  return versionsIn(join(root, 'etc/php')).map((version) => ({
    binary: `/usr/sbin/php-fpm${version}`,
    config: `/etc/php/${version}/fpm/php-fpm.conf`,
  }));
}

function versionsIn(directory: string): readonly string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory).filter((name) => /^\d+\.\d+$/.test(name));
}
