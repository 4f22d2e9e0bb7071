import type { Stats } from 'node:fs';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../errno.ts';
import { LAUNCHER } from '../launcher.ts';
import { ACCESS_FILE, HARD_CONFIG } from './hard-config.ts';

/** The one ref of a clone: what was fetched last. */
export const CANDIDATE = 'refs/source/candidate';

/** What stands in a clone, written by us instead of `git init`, which asks templates, defaults and the version of git. */
const FILES: Readonly<Record<string, string>> = {
  HEAD: 'ref: refs/heads/none\n',
  config: '[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n',
};
/** Ours beside those of git, written anew where they differ. */
export const HARD_FILE = 'hard.ini';
export const LAUNCHER_FILE = 'git.sh';
const TOOLS: Readonly<Record<string, string>> = { [HARD_FILE]: HARD_CONFIG, [LAUNCHER_FILE]: LAUNCHER };

const FOLDERS = ['objects', 'objects/pack', 'objects/info', 'refs', 'refs/source'];
const KNOWN: ReadonlySet<string> = new Set([
  ...[...Object.keys(FILES), ...Object.keys(TOOLS), ACCESS_FILE],
  ...['objects', 'refs', 'packed-refs', 'shallow', 'info', 'gc.log'],
]);
/** With them, objects would come from elsewhere. */
const BORROWED = ['objects/info/alternates', 'objects/info/http-alternates'];

/** Names that a killed git leaves: locks, and packs and objects that were not finished. */
const LEFTOVER = /\.lock$|^tmp[_-]|\.tmp$|^\.tmp-|^gc\.pid$/;

/** Makes an empty bare clone at a path where nothing is. Private, because it may hold secrets. Throws node's own errors. */
export function makeClone(path: string): void {
  mkdirSync(path, { mode: 0o700 });
  for (const folder of FOLDERS) mkdirSync(join(path, folder), { mode: 0o700 });
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(path, name), text, { mode: 0o600 });
  writeTools(path);
}

/** Brings the files by which git is run up to date. Throws node's own errors. */
export function writeTools(path: string): void {
  for (const [name, text] of Object.entries(TOOLS))
    if (readText(join(path, name)) !== text) writePrivate(join(path, name), text);
}

/** Replaces a file, readable to this user alone; a link in its place is replaced itself. Throws node's own errors. */
export function writePrivate(path: string, text: string): void {
  const temporary = `${path}.tmp`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  renameSync(temporary, path);
}

/**
 * In words why this cannot be a clone of ours as we left it; null: nothing is to be seen from outside. Whatever could
 * make git read, run or trust something else is looked at here; damage of objects shows when they are read.
 */
export function findFault(path: string): string | null {
  const stats = lookAt(path);
  if (stats === null) return 'it is missing';
  if (!stats.isDirectory()) return 'it is no directory';
  if (stats.uid !== process.geteuid?.()) return `it belongs to user ${stats.uid}`;
  if ((stats.mode & 0o777) !== 0o700) return `its mode is ${(stats.mode & 0o7777).toString(8)}`;
  const folder = FOLDERS.find((name) => lookAt(join(path, name))?.isDirectory() !== true);
  if (folder !== undefined) return `${folder} is no directory`;
  const file = Object.entries(FILES).find(([name, text]) => readText(join(path, name)) !== text);
  if (file !== undefined) return `${file[0]} is not as it was written`;
  const borrowed = BORROWED.find((name) => lookAt(join(path, name)) !== null);
  if (borrowed !== undefined) return `there is ${borrowed}`;
  const stranger = readdirSync(path).find((name) => !KNOWN.has(name) && !LEFTOVER.test(name));
  return stranger === undefined ? null : `there is ${stranger}`;
}

/** Removes what a killed git left in a sound clone; to be called while no git runs in it. Throws node's own errors. */
export function sweepClone(path: string): void {
  for (const folder of ['.', ...FOLDERS]) {
    const left = readdirSync(join(path, folder)).filter((name) => LEFTOVER.test(name));
    for (const name of left) removeTree(join(path, folder, name));
  }
}

/**
 * Removes whatever has this name: a directory with all in it, a file, a link itself. Never follows a link, and gives
 * itself the permission that a directory of ours lacks. Throws node's own errors.
 */
export function removeTree(path: string): void {
  const stats = lookAt(path);
  if (stats === null) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  if ((stats.mode & 0o700) !== 0o700) chmodSync(path, 0o700);
  for (const name of readdirSync(path)) removeTree(join(path, name));
  rmdirSync(path);
}

function lookAt(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
}

function readText(path: string): string | null {
  try {
    return lookAt(path)?.isFile() === true ? readFileSync(path, 'utf8') : null;
  } catch (error) {
    // Not readable to us: as bad as missing.
    if (errnoOf(error) !== null) return null;
    throw error;
  }
}
