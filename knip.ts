import type { KnipConfig } from 'knip';

/** What is reached by a name that no import shows: entries of the bundle, scripts of npm, tests. */
const config: KnipConfig = {
  entry: ['src/main.ts!', 'scripts/*.{mjs,ts}', 'test/**/*.test.ts', 'test/fixtures/**', 'bench/*.bench.ts'],
  // The nouns stand on one page, where some of them are used only by others of the page.
  ignoreExportsUsedInFile: { interface: true, type: true },
  // Programs of the system, which scripts/setup.mjs looks for.
  ignoreBinaries: [
    'apt-get',
    'dpkg-deb',
    'flock',
    'mkfifo',
    'chattr',
    'mount',
    'umount',
    'dash',
    'strace',
    'setfacl',
    'setpriv',
    'setsid',
    'unshare',
    'nsenter',
    'perl',
    'systemd-analyze',
    'faketime',
    'nginx',
    'promtool',
    'openssl',
    'ssh-keygen',
    'wrk',
    'script',
    'fish',
    'mandoc',
    'rpm',
    'rpmbuild',
  ],
  // One is loaded by a name in a variable, the other is called by its path.
  ignoreDependencies: ['@kubernetes-models/prometheus-operator', '@bitnami/readme-generator-for-helm'],
  project: ['src/**/*.ts!', 'scripts/**/*.{mjs,ts}', 'packaging/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts'],
};

export default config;
