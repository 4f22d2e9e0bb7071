#!/usr/bin/env node
/**
 * Makes a fresh clone ready: `node scripts/setup.mjs --need check|demo|test|package|bench`. Uses nothing but Node, does only what is
 * missing, is silent and takes about 0.1 s when nothing is.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { installCommand, installForSystem, installPrivately } from './debian-packages.mjs';
import { findProgram, needs, systemDirectories } from './programs.mjs';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache = path.join(root, '.cache');
const privateBin = path.join(cache, 'bin');
const need = process.argv[3] ?? 'check';
const namesOf = (programs) => programs.map((program) => program.name).join(', ');
const packagesOf = (programs) => programs.map((program) => program.package).join(' ');

process.chdir(root);
checkNodeVersion();
installNodeModules();
if (need !== 'check') {
  buildWhenStale();
}
installPrograms();
writeFoundDirectories();

function checkNodeVersion() {
  const { engines } = JSON.parse(readFileSync('package.json', 'utf8'));
  const least = engines.node.replace('>=', '');
  if (compareVersions(process.versions.node, least) < 0) {
    stop(
      `this is Node ${process.versions.node}; Node ${least} or newer is needed (nodejs.org has one for every system)`,
    );
  }
}

function compareVersions(left, right) {
  const [a, b] = [left, right].map((version) => version.split('.').map(Number));
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** Runs `npm ci` when package-lock.json is not the one that node_modules was installed from. */
function installNodeModules() {
  const stamp = path.join('node_modules', '.installed-from');
  const hash = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) {
    return;
  }
  step('npm ci', () => runNpm(['ci', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']));
  writeFileSync(stamp, hash);
}

/** The npm that started us, so that its version and settings stay the same. */
function runNpm(args) {
  const started = process.env.npm_execpath;
  const [command, ...first] = started?.endsWith('.js') ? [process.execPath, started] : ['npm'];
  const { status } = spawnSync(command, [...first, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    stop(`npm ${args[0]} failed`);
  }
}

function buildWhenStale() {
  const sources = ['src', 'scripts/build.mjs', 'package.json', 'package-lock.json'];
  if (newest(sources) > newest(['dist/meta.json'])) {
    step('build', () => execFileSync(process.execPath, ['scripts/build.mjs'], { stdio: 'inherit' }));
  }
}

/** The newest modification below the paths, in ms since 1970; 0 when there is nothing. A directory counts, too: files leave it. */
function newest(paths) {
  const existing = paths.filter((name) => existsSync(name));
  const below = existing.filter((name) => statSync(name).isDirectory());
  const files = below.flatMap((name) =>
    readdirSync(name, { recursive: true }).map((file) => path.join(name, file)),
  );
  return Math.max(0, ...[...existing, ...files].map((name) => statSync(name).mtimeMs));
}

/** Installs the missing system programs: for everybody as root, else (or when that fails) a private copy in .cache. */
function installPrograms() {
  const failures = [];
  for (const install of [installWithRoot, installWithoutRoot]) {
    if (missingPrograms([privateBin]).length === 0) {
      return;
    }
    try {
      install(missingPrograms());
    } catch (error) {
      failures.push(error.message.replaceAll('\n', ' '));
    }
  }
  const missing = missingPrograms([privateBin]);
  if (missing.length > 0) {
    stop([`${namesOf(missing)} missing`, ...failures, advice(missing)].join('. '));
  }
}

function installWithRoot(missing) {
  if (hasApt() && process.getuid?.() === 0) {
    step(`install ${packagesOf(missing)}`, () => installForSystem(missing.map((program) => program.package)));
  }
}

function installWithoutRoot(missing) {
  if (hasApt()) {
    step(`unpack ${packagesOf(missing)} into .cache`, () => installPrivately(missing, cache));
  }
}

function advice(missing) {
  return hasApt()
    ? `Run as root: ${installCommand(missing.map((program) => program.package))}`
    : `Install this system's packages of them (in Debian: ${packagesOf(missing)}) and try again.`;
}

function missingPrograms(furtherDirectories = []) {
  const directories = [
    ...furtherDirectories,
    ...process.env.PATH.split(path.delimiter),
    ...systemDirectories,
  ];
  return needs[need].filter((program) => findProgram(program, directories) === null);
}

function hasApt() {
  return existsSync('/usr/bin/apt-get') && existsSync('/usr/bin/dpkg-deb');
}

/** Tells vitest.config.ts and the demo where else than in PATH the programs are. */
function writeFoundDirectories() {
  const file = path.join(cache, 'env.json');
  const text = `${JSON.stringify({ path: [privateBin, ...systemDirectories] })}\n`;
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) {
    mkdirSync(cache, { recursive: true });
    writeFileSync(file, text);
  }
}

function step(name, work) {
  const started = performance.now();
  process.stderr.write(`setup: ${name}\n`);
  work();
  process.stderr.write(`setup: took ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
}

function stop(reason) {
  process.stderr.write(`\nsetup: ${reason}\n`);
  process.exit(1);
}
