import type { PlaceFacts, ServiceFacts } from '../../../src/core/doctor/facts.ts';

/** A php-fpm without any weakness. */
export const SOUND_SERVICE: ServiceFacts = {
  errors: [],
  config: '/etc/php-fpm.conf',
  hasBinary: true,
  state: { kind: 'running', pid: 7, incarnation: '7:1:abc', isCertain: true },
  strangers: [],
  controlTimeout: { ms: 10_000, at: '/etc/php-fpm.conf:3' },
  pools: [
    { name: 'www', at: '/etc/php-fpm.conf:5', readsOurFile: true, hasPing: true, keepsEnvironmentAt: null },
  ],
  proposals: [],
  unit: null,
  canMount: true,
  canEndWithUs: true,
  shadows: [],
};

/** Places without any weakness. */
export const SOUND_PLACES: PlaceFacts = {
  errors: [],
  state: { path: '/var/lib/reconcile', fileSystem: null },
  lock: { path: '/run/reconcile/lock', fileSystem: 'tmpfs' },
  withAccessList: [],
  openSecrets: [],
  proposals: [],
};
