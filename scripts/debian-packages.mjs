import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { findProgram, patchelf } from './programs.mjs';

const quietApt = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C.UTF-8' };
const policyFile = '/usr/sbin/policy-rc.d';

/** Never unpacked privately: the C library must be the one of the system's own loader. */
const partsOfLibc = /^(libc6|libc-bin|libc-l10n|locales)(:|$)/;

/** The command a person would type; root and sudo are theirs to add. */
export function installCommand(packages) {
  return `apt-get update && apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** Installs the packages for the whole system. Needs root. No service is started by it. Throws apt's first error. */
export function installForSystem(packages) {
  withoutServiceStart(() => {
    apt(['update']);
    apt(['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=120', ...packages]);
  });
}

/**
 * Unpacks the packages and what they need beyond the installed ones into `cache`/debian, and puts each program into
 * `cache`/bin. Needs no root and changes nothing outside `cache`. Throws apt's first error.
 */
export function installPrivately(programs, cache) {
  const root = path.join(cache, 'debian', 'root');
  const bin = path.join(cache, 'bin');
  for (const directory of [root, bin]) {
    rmSync(directory, { recursive: true, force: true });
    mkdirSync(directory, { recursive: true });
  }
  const isPatched = programs.some((program) => program.isKnownByExecutable);
  const wanted = isPatched ? [patchelf, ...programs] : programs;
  for (const file of downloadPackages(wanted, path.join(cache, 'debian'))) {
    execFileSync('dpkg-deb', ['-x', file, root]);
  }
  for (const program of wanted) {
    (program.isKnownByExecutable ? linkProgram : writeWrapper)(program, { root, bin });
  }
}

/** Downloads what `apt-get install` would install; the installed packages are taken from the system's own status. */
function downloadPackages(programs, directory) {
  const downloads = path.join(directory, 'packages');
  const options = privateAptOptions(directory);
  rmSync(downloads, { recursive: true, force: true });
  mkdirSync(downloads, { recursive: true });
  apt(['update', ...options]);
  const names = programs.map((program) => program.package);
  const simulation = apt(['install', '--simulate', '--no-install-recommends', ...options, ...names]);
  const chosen = [...simulation.matchAll(/^Inst (\S+) (?:\[[^\]]*\] )?\((\S+)/gm)];
  const wanted = chosen
    .filter(([, name]) => !partsOfLibc.test(name))
    .map(([, name, version]) => `${name}=${version}`);
  apt(['download', ...options, ...wanted], { cwd: downloads });
  return readdirSync(downloads).map((file) => path.join(downloads, file));
}

/** Lists, cache and downloads of our own; no other user to drop to, no hooks that clean the system's cache. */
function privateAptOptions(directory) {
  const lists = path.join(directory, 'lists');
  const cache = path.join(directory, 'apt');
  mkdirSync(path.join(lists, 'partial'), { recursive: true });
  mkdirSync(path.join(cache, 'archives', 'partial'), { recursive: true });
  const settings = {
    'Dir::State::lists': lists,
    'Dir::Cache': cache,
    'APT::Sandbox::User': '',
    'Debug::NoLocking': 'true',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

/**
 * Links a program that carries the places of its libraries in itself: it is started by its own path, and by no wrapper.
 * An RPATH, unlike a RUNPATH, is searched for the libraries of its libraries too (ld.so(8)).
 */
function linkProgram(program, { root, bin }) {
  const found = findUnpacked(program, root);
  const places = libraryDirectories(root).join(':');
  execFileSync(path.join(bin, patchelf.name), ['--force-rpath', '--set-rpath', places, found]);
  for (const name of new Set([program.name, path.basename(found)])) {
    symlinkSync(found, path.join(bin, name));
  }
}

/**
 * Writes a wrapper that starts the unpacked program with its own libraries. It becomes the program by exec: the pid, the
 * signals and /proc/pid/exe are those of the program itself.
 */
function writeWrapper(program, { root, bin }) {
  const found = findUnpacked(program, root);
  const places = Object.entries(program.environment ?? {});
  const script = [
    '#!/bin/sh',
    ...places.map(([name, place]) => `export ${name}="${path.join(root, place)}"`),
    `LD_LIBRARY_PATH="${libraryDirectories(root).join(':')}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`,
    'export LD_LIBRARY_PATH',
    `exec "${found}" "$@"`,
    '',
  ].join('\n');
  for (const name of new Set([program.name, path.basename(found)])) {
    writeFileSync(path.join(bin, name), script);
    chmodSync(path.join(bin, name), 0o755);
  }
}

function findUnpacked(program, root) {
  const directories = ['usr/sbin', 'usr/bin', 'sbin', 'bin'].map((name) => path.join(root, name));
  const found = findProgram(program, directories);
  if (found === null) {
    throw new Error(`package ${program.package} has no program ${program.name}`);
  }
  return found;
}

/** Those of systemd's own library too, which its programs look for in one place only. */
function libraryDirectories(root) {
  const parents = ['usr/lib', 'lib'].map((name) => path.join(root, name));
  const found = parents.flatMap((parent) =>
    subdirectories(parent).filter((name) => name.endsWith('-linux-gnu')),
  );
  return found.flatMap((directory) => [directory, path.join(directory, 'systemd')]);
}

function subdirectories(parent) {
  try {
    return readdirSync(parent).map((name) => path.join(parent, name));
  } catch {
    return []; // no package brought this directory
  }
}

/** Debian starts a service when its package is installed, unless policy-rc.d forbids it; a policy that exists is kept. */
function withoutServiceStart(install) {
  const removePolicy = forbidServiceStart();
  process.once('exit', removePolicy);
  try {
    install();
  } finally {
    removePolicy();
    process.off('exit', removePolicy);
  }
}

function forbidServiceStart() {
  try {
    writeFileSync(policyFile, '#!/bin/sh\nexit 101\n', { flag: 'wx', mode: 0o755 });
    return () => rmSync(policyFile, { force: true });
  } catch (error) {
    if (error.code !== 'EEXIST') {
      throw error;
    }
    return () => {};
  }
}

/** Runs apt-get silently; when it fails, its first error is the message. */
function apt(args, options = {}) {
  try {
    return execFileSync('apt-get', ['-q', ...args], {
      env: quietApt,
      encoding: 'utf8',
      stdio: 'pipe',
      ...options,
    });
  } catch (error) {
    const [reason = error.message] = /^E: .*/m.exec(error.stderr ?? '') ?? [];
    throw new Error(`apt-get ${args[0]}: ${reason}`, { cause: error });
  }
}
