import type { HostFacts } from '../../src/config/config.ts';

/** A host on which nothing is installed and nobody known: what a configuration gives by itself. */
export const BARE_HOST: HostFacts = {
  hostname: 'web-1',
  uid: 0,
  gid: 0,
  isDirectory: () => false,
  uidOf: () => null,
  gidOf: () => null,
  phpFpms: () => [],
};
