import type { Stats } from 'node:fs';
import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  realpathSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { SETTINGS_FILE } from '../../core/receive/git-settings.ts';
import type { FoundFiles, ReceiveChange } from '../../core/receive/plan-installation.ts';
import { HOOK_MODE } from '../../core/receive/plan-installation.ts';
import type { ObservedFile } from '../../core/types.ts';
import type { ReceivingRepository } from '../../ports/receiving.ts';
import type { FileContent } from '../atomic-file.ts';
import { removeEntry, replaceFile } from '../atomic-file.ts';
import type { Directory, DirectoryRules } from '../directory.ts';
import { withDirectory } from '../directory.ts';
import { describe, errnoOf } from '../errno.ts';
import { observeEntry, PERMISSION_BITS } from '../observe-entry.ts';

const FOLDER = 'hooks';
const ABSENT: ObservedFile = { kind: 'absent' };

/**
 * Opens a repository by its git directory. Throws REPOSITORY_UNUSABLE where this user is neither its owner nor root, and
 * where somebody else could put other files in the place of ours: the directories on the way must belong to root or the
 * owner. Inside, a group may write, as in repositories that are shared.
 */
export function openReceivingRepository(path: string): ReceivingRepository {
  const gitdir = realpathSync(path);
  const stats = statSync(gitdir);
  const rules: DirectoryRules = { code: 'REPOSITORY_UNUSABLE', owners: [stats.uid], shared: gitdir };
  const user = process.geteuid?.() ?? 0;
  if (user !== 0 && user !== stats.uid)
    throw unusable(`${gitdir} belongs to user ${stats.uid}: run this as that user, or as root`);
  const find = () => explained(gitdir, () => findFiles(gitdir, rules));
  return {
    gitdir,
    owner: stats.uid,
    find,
    change: (plan) =>
      explained(gitdir, () =>
        withDirectory(gitdir, rules, (directory) =>
          withConfigLock(directory, () => {
            const changes = plan(findFiles(gitdir, rules));
            for (const change of changes) applyChange(change, { gitdir, rules, stats });
            return changes;
          }),
        ),
      ),
  };
}

function findFiles(gitdir: string, rules: DirectoryRules): FoundFiles {
  const folder = join(gitdir, FOLDER);
  const hasFolder = lstatSync(folder, { throwIfNoEntry: false }) !== undefined;
  const hooks = hasFolder
    ? withDirectory(folder, rules, (directory) => ({
        'pre-receive': observeEntry(directory, 'pre-receive'),
        'post-receive': observeEntry(directory, 'post-receive'),
      }))
    : { 'pre-receive': ABSENT, 'post-receive': ABSENT };
  return withDirectory(gitdir, rules, (directory) => {
    const config = readText(directory, 'config');
    if (config === null) throw new Error('it has no file config');
    return { config, settings: readText(directory, SETTINGS_FILE), hasFolder, hooks };
  });
}

function readText(directory: Directory, name: string): string | null {
  const found = observeEntry(directory, name);
  if (found.kind === 'obstacle') throw new Error(`${name} is a ${found.type}, no regular file`);
  return found.kind === 'file' ? Buffer.from(found.bytes).toString('latin1') : null;
}

interface Place {
  readonly gitdir: string;
  readonly rules: DirectoryRules;
  /** Of the repository. */
  readonly stats: Stats;
}

function applyChange(change: ReceiveChange, { gitdir, rules, stats }: Place): void {
  const name = basename(change.path);
  withDirectory(dirname(join(gitdir, change.path)), rules, (directory) => {
    switch (change.kind) {
      case 'make folder':
        makeFolder(directory.at(name), stats);
        break;
      case 'remove folder':
        removeFolder(directory.at(name));
        break;
      case 'remove':
        removeEntry(directory, name);
        break;
      default:
        return replaceFile(directory, name, {
          bytes: change.bytes,
          ...findAttributes(directory, name, stats),
        });
    }
    fsyncSync(directory.fd);
  });
}

function makeFolder(path: string, { mode, uid, gid }: Stats): void {
  mkdirSync(path, 0o700);
  chownSync(path, uid, gid);
  chmodSync(path, mode & PERMISSION_BITS);
}

/** What somebody has put into it meanwhile stays. */
function removeFolder(path: string): void {
  try {
    rmdirSync(path);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(errnoOf(error) ?? '')) throw error;
  }
}

/** Those of the file that is there; a hook can be run, whatever it was. */
function findAttributes(directory: Directory, name: string, { uid, gid }: Stats): Omit<FileContent, 'bytes'> {
  const isHook = basename(directory.path) === FOLDER;
  const found = observeEntry(directory, name);
  const mode = isHook ? HOOK_MODE : found.kind === 'file' ? found.mode : 0o644;
  const isKept = found.kind === 'file' && !isHook && (found.uid === uid || process.geteuid?.() === 0);
  return isKept ? { mode, uid: found.uid, gid: found.gid } : { mode, uid, gid };
}

/** As git itself does it: whoever can make `config.lock` may change `config` (lockfile.h). */
function withConfigLock<T>(directory: Directory, work: () => T): T {
  const name = 'config.lock';
  try {
    closeSync(openSync(directory.at(name), 'wx', 0o600));
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
    throw new Error('somebody else is changing its configuration: there is a config.lock');
  }
  try {
    return work();
  } finally {
    removeEntry(directory, name);
  }
}

function explained<T>(gitdir: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    throw unusable(`cannot set up ${gitdir}: ${describe(error)}`, error);
  }
}

function unusable(message: string, cause?: unknown): ReconcileError {
  return new ReconcileError('REPOSITORY_UNUSABLE', message, { cause });
}
