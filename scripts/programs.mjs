import { accessSync, constants, readdirSync } from 'node:fs';
import path from 'node:path';

/** Directories of system programs that a plain user often misses in PATH; php-fpm lives in one of them. */
export const systemDirectories = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** `isKnownByExecutable`: a running one is recognised by /proc/pid/exe, which must be the path that it is started by. */
const phpFpm = {
  name: 'php-fpm',
  package: 'php-fpm',
  pattern: /^php-fpm(\d+(\.\d+)?)?$/,
  isKnownByExecutable: true,
};
/** `environment`: where a private copy finds its own files, below the directory that it was unpacked to. */
const rpm = ['rpm', 'rpmbuild'].map((name) => ({
  ...program(name, 'rpm'),
  environment: { RPM_CONFIGDIR: 'usr/lib/rpm' },
}));
const forDemo = [phpFpm, program('git'), program('flock', 'util-linux')];
const forTest = [
  ...forDemo,
  program('rsync'),
  program('cgi-fcgi', 'libfcgi-bin'),
  program('dash'),
  program('bash'),
  program('zsh'),
  program('mksh'),
  program('busybox'),
  program('strace'),
  program('setfacl', 'acl'),
  program('setfattr', 'attr'),
  program('nginx', 'nginx-light'),
  program('wrk'),
  program('fcgiwrap'),
  program('sshd', 'openssh-server'),
  program('openssl'),
  program('gpg', 'gnupg'),
  program('faketime'),
  program('mkfs.ext4', 'e2fsprogs'),
  program('mkfs.xfs', 'xfsprogs'),
  program('mount'),
  program('msmtp'),
  program('systemd-analyze', 'systemd'),
  program('systemd-notify', 'systemd'),
  program('perl', 'perl-base'),
  program('setpriv', 'util-linux'),
  program('promtool', 'prometheus'),
  program('unzip'),
  program('strip', 'binutils'),
  program('mandoc'),
  program('fish'),
  program('script', 'bsdutils'),
  ...rpm,
];

/** Of what people install. */
const forPackage = [
  program('git'),
  program('strip', 'binutils'),
  program('aarch64-linux-gnu-strip', 'binutils-aarch64-linux-gnu'),
  program('dpkg-deb', 'dpkg'),
  ...rpm,
];

/** Of the archive of the Helm chart. */
const forChart = [program('git'), program('unzip')];

/** The system that was there before is built again beside ours. */
const forBench = [...forTest, program('inotifywait', 'inotify-tools')];

/** Where podman looks for the programs that only it calls. */
const beside = ['/usr/lib/podman'];

/** Of packages on clean systems: real containers, made of Debian's own packages. */
const forCleanSystems = [
  ...forTest,
  ...forPackage,
  program('podman'),
  program('runc'),
  { ...program('netavark'), directories: beside },
  { ...program('aardvark-dns'), directories: beside },
  program('catatonit'),
  program('iptables'),
  program('ip', 'iproute2'),
  program('mmdebstrap'),
  program('unshare', 'util-linux'),
  program('nsenter', 'util-linux'),
  program('shellcheck'),
  program('lintian'),
  // Another kind of machine: an emulator, and the libraries that a program needs there.
  program('qemu-aarch64', 'qemu-user'),
  {
    ...program('ld-linux-aarch64.so.1', 'libstdc++6-arm64-cross'),
    directories: ['/usr/aarch64-linux-gnu/lib'],
  },
];

/** Writes into a program where its libraries lie. */
export const patchelf = program('patchelf');

/** What each kind of work needs from the system beside Node: the program's name and Debian's package of it. */
export const needs = {
  check: [],
  demo: forDemo,
  test: forTest,
  package: forPackage,
  chart: forChart,
  packages: forCleanSystems,
  bench: forBench,
};

/** The full path of the program in the first of the directories (its own last) that has it, or null. */
export function findProgram({ pattern, directories: own = [] }, directories) {
  for (const directory of [...directories, ...own]) {
    const name = listDirectory(directory).find((file) => pattern.test(file) && isExecutable(directory, file));
    if (name !== undefined) {
      return path.join(directory, name);
    }
  }
  return null;
}

function program(name, debianPackage = name) {
  return { name, package: debianPackage, pattern: new RegExp(`^${name.replaceAll('.', '\\.')}$`) };
}

function listDirectory(directory) {
  try {
    return readdirSync(directory);
  } catch {
    return []; // PATH may name directories that do not exist
  }
}

function isExecutable(directory, file) {
  try {
    accessSync(path.join(directory, file), constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
