import type { Destination, HostProfile } from '../../src/core/types.ts';

export const PHP_FILE: Destination = {
  target: 'php-fpm',
  path: '/etc/php/fpm.d/juanpi_php_env.conf',
  mode: 0o600,
  uid: 0,
  gid: 0,
};
export const SHELL_FILE: Destination = {
  target: 'shell',
  path: '/etc/profile.d/shell_env.sh',
  mode: 0o644,
  uid: 0,
  gid: 0,
};

/** A host with both files and the defaults of everything else. */
export const PROFILE: HostProfile = {
  name: 'web-1',
  environment: null,
  groups: null,
  destinations: [PHP_FILE, SHELL_FILE],
  pools: [],
  announceRevision: true,
  exposeSecrets: false,
  names: { refuse: [], allow: [] },
  repositoryId: null,
};
