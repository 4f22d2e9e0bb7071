import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { PlaceFacts } from '../core/doctor/facts.ts';
import { ReconcileError } from '../core/errors.ts';
import { withDirectory } from './directory.ts';
import { runProgram } from './processes.ts';

const DEADLINE_MS = 5000;

/** linux/magic.h, and fs/smb/client/cifsfs.h; what is not here has no name. */
const FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x00c36400, 'ceph'],
  [0x5346414f, 'afs'],
  [0x01021997, '9p'],
  [0x65735546, 'fuse'],
]);

/** Where a run keeps its own things, and where it puts its files. */
export interface Places {
  readonly state: string;
  readonly lock: string;
  readonly destinations: readonly string[];
}

/** What these places are like. Makes nothing: of a directory that is not there yet, its parent is looked at. */
export async function readPlaces({
  state,
  lock,
  destinations,
}: Places): Promise<Omit<PlaceFacts, 'proposals' | 'openSecrets'>> {
  const errors = [state, dirname(lock)].flatMap(findError);
  const lists = await Promise.all(destinations.map(losesAccessList));
  return {
    errors,
    state: { path: state, fileSystem: readFileSystem(state) },
    lock: { path: lock, fileSystem: readFileSystem(lock) },
    withAccessList: destinations.filter((_, index) => lists[index]),
  };
}

function findError(path: string): readonly ReconcileError[] {
  try {
    withDirectory(existsSync(path) ? path : dirname(path), { code: 'STATE_UNUSABLE' }, () => undefined);
    return [];
  } catch (error) {
    if (error instanceof ReconcileError) return [error];
    throw error;
  }
}

/** Of the file system in which a path is, or would be, statfs(2). */
function readFileSystem(path: string): string | null {
  if (!existsSync(path)) return path === '/' ? null : readFileSystem(dirname(path));
  // Types with the highest bit set come as negative numbers on some platforms.
  return FILE_SYSTEMS.get(statfsSync(path).type >>> 0) ?? null;
}

/** Whether a file has entries beyond its mode that a new file in its directory would not have, acl(5). */
async function losesAccessList(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  return (await hasEntries('--access', path)) && !(await hasEntries('--default', dirname(path)));
}

async function hasEntries(kind: '--access' | '--default', path: string): Promise<boolean> {
  const args = [kind, '--skip-base', '--omit-header', '--absolute-names', '--', path];
  const listed = await runProgram('getfacl', args, { deadlineMs: DEADLINE_MS }).catch(() => null); // not installed
  return listed?.exitCode === 0 && listed.stdout.trim() !== '';
}
