import type { Stats } from 'node:fs';
import { closeSync, constants, fstatSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { basename, dirname, normalize } from 'node:path';
import type { ErrorCode } from '../core/errors.ts';
import { ReconcileError } from '../core/errors.ts';
import { describe, errnoOf } from './errno.ts';

/** Linux's O_PATH, which node does not name: passing through needs no read permission. */
const O_PATH = 0o10000000;
const GROUP_OR_OTHERS_WRITE = 0o022;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;
const PRIVATE = 0o700;

export interface DirectoryRules {
  /** The code of what is thrown: the directory of a destination, one of our own, of the host configuration, of a repository. */
  readonly code: Extract<
    ErrorCode,
    'DESTINATION_UNSAFE' | 'STATE_UNUSABLE' | 'CONFIG_INVALID' | 'REPOSITORY_UNUSABLE'
  >;
  /** Users besides root and ourselves who may own the directories on the way. */
  readonly owners?: readonly number[];
  /** A directory that may be writable by its group, with all below it; others may write nowhere. */
  readonly shared?: string;
}

/**
 * A directory held by its descriptor. Names below it are reached through `/proc/self/fd`, which is openat(2),
 * renameat(2) and unlinkat(2) in plain node: whoever renames the directory or swaps a part of its path cannot lead
 * a later call elsewhere (rsync's CVE-2026-43619 was a path used twice).
 */
export interface Directory {
  readonly path: string;
  readonly fd: number;
  /** The path of an entry. It follows a link only where the call that is given it does. */
  at(name: string): string;
}

/**
 * Opens a directory part by part from `/`, follows no link, gives its descriptor to `use` and closes it.
 *
 * Throws `rules.code` when a part is missing or a link, belongs to somebody else, or can be written by group or
 * others. Above the directory itself a sticky directory of root (`/tmp`) passes: nobody else can rename our
 * entries there. Whatever `use` throws goes through unchanged.
 */
export function withDirectory<T>(path: string, rules: DirectoryRules, use: (directory: Directory) => T): T {
  const directory = openDirectory(path, rules);
  try {
    return use(directory);
  } finally {
    closeSync(directory.fd);
  }
}

/** As `withDirectory`, but the caller closes the descriptor. */
export function openDirectory(path: string, rules: DirectoryRules): Directory {
  const parts = splitPath(path, rules);
  let fd = openSync('/', constants.O_DIRECTORY | O_PATH);
  try {
    checkDirectory({ fd, path: '/', isLast: parts.length === 0 }, rules);
    let walked = '';
    for (const [index, part] of parts.entries()) {
      walked += `/${part}`;
      const isLast = index === parts.length - 1;
      const next = openPart(`/proc/self/fd/${fd}/${part}`, { path: walked, isLast }, rules);
      closeSync(fd);
      fd = next;
      checkDirectory({ fd, path: walked, isLast }, rules);
    }
  } catch (error) {
    closeSync(fd);
    throw error;
  }
  const held = fd;
  return { path, fd: held, at: (name) => `/proc/self/fd/${held}/${name}` };
}

/**
 * Makes a directory of our own (0700, durable) where it is missing. Its parent must exist and be safe: parents are
 * never made, because a mistyped path shall fail instead of taking root somewhere.
 */
export function ensureDirectory(path: string, rules: DirectoryRules): void {
  withDirectory(dirname(path), rules, (parent) => {
    try {
      mkdirSync(parent.at(basename(path)), PRIVATE);
      fsyncSync(parent.fd);
    } catch (error) {
      if (errnoOf(error) === 'EEXIST') return;
      throw new ReconcileError(rules.code, `cannot create ${path}: ${describe(error)}`, { cause: error });
    }
  });
}

interface Part {
  readonly path: string;
  readonly isLast: boolean;
}

function splitPath(path: string, rules: DirectoryRules): readonly string[] {
  if (!path.startsWith('/') || normalize(path) !== path || path.includes('\0')) {
    throw new ReconcileError(rules.code, `${path} is not an absolute path without . and ..`);
  }
  return path.split('/').filter((part) => part !== '');
}

/** The directory itself is opened for reading, because fsync(2) refuses an O_PATH descriptor. */
function openPart(name: string, part: Part, rules: DirectoryRules): number {
  const how = part.isLast ? constants.O_RDONLY : O_PATH;
  try {
    return openSync(name, how | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw new ReconcileError(rules.code, explainPart(part.path, error), { cause: error });
  }
}

function explainPart(path: string, error: unknown): string {
  switch (errnoOf(error)) {
    case 'ENOENT':
      return `directory ${path} does not exist`;
    case 'ELOOP':
    case 'ENOTDIR':
      return `${path} is a link or no directory; name the real path`;
    default:
      return `cannot open directory ${path}: ${describe(error)}`;
  }
}

function checkDirectory(part: Part & { readonly fd: number }, rules: DirectoryRules): void {
  const stats = fstatSync(part.fd);
  const refused = isShared(part.path, rules) ? OTHERS_WRITE : GROUP_OR_OTHERS_WRITE;
  const isSticky = !part.isLast && isRootSticky(stats);
  const why = explainOwner(stats, rules) ?? (isSticky ? null : explainMode(stats, refused));
  if (why !== null) throw new ReconcileError(rules.code, `directory ${part.path} ${why}`);
}

/** Who else may write what has these attributes, as the end of a sentence; null: root and ourselves alone. */
export function explainStranger(stats: Stats): string | null {
  return explainOwner(stats, {}) ?? explainMode(stats);
}

function explainOwner({ uid }: Stats, { owners = [] }: Pick<DirectoryRules, 'owners'>): string | null {
  if (uid === 0 || uid === process.geteuid?.() || owners.includes(uid)) return null;
  return `belongs to user ${uid}; \`chown\` it to root or to the user of the run`;
}

function explainMode({ mode }: Stats, refused = GROUP_OR_OTHERS_WRITE): string | null {
  if ((mode & refused) === 0) return null;
  return `can be written by others (mode ${(mode & 0o7777).toString(8)}); \`chmod go-w\` it`;
}

function isShared(path: string, { shared }: DirectoryRules): boolean {
  return shared !== undefined && (path === shared || path.startsWith(`${shared}/`));
}

function isRootSticky(stats: Stats): boolean {
  return stats.uid === 0 && (stats.mode & STICKY) !== 0;
}
