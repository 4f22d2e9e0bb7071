import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SYSTEM_PATH } from '../../processes.ts';
import type { Access, FetchLimits } from '../access.ts';
import type { GitResult } from '../git-program.ts';
import { runGit } from '../git-program.ts';
import {
  CANDIDATE,
  HARD_FILE,
  LAUNCHER_FILE,
  removeTree,
  sweepClone,
  writePrivate,
} from './clone-directory.ts';
import type { GitFailure } from './git-failure.ts';
import { explainFailure } from './git-failure.ts';
import { ACCESS_FILE } from './hard-config.ts';
import { forgetConnection, isOpen } from './kept-connection.ts';
import { prepareAccess } from './prepare-access.ts';

/** A server, and how it is spoken to. */
export interface Server {
  readonly url: string;
  readonly access: Access;
  readonly limits: FetchLimits;
  /** Directory for connections that are kept. */
  readonly connections: string;
  /** Where programs are looked for. */
  readonly searchPath?: string;
}

const MIB = 1024 * 1024;
const FETCH = ['fetch', '-v', '--no-tags', '--no-auto-maintenance', '--no-write-fetch-head'];

/** How far back: a commit alone, all that is not here yet, or the whole history. */
export type Reach = 'tip' | 'new' | 'whole';

const REACH: Readonly<Record<Reach, readonly string[]>> = {
  tip: ['--depth=1'],
  new: [],
  whole: ['--unshallow'],
};

/** Of an old history the commits alone are read: a tree that was hostile, and reverted since, is no reason to stand still. */
const UNCHECKED = '[fetch]\n\tfsckObjects = false\n[transfer]\n\tfsckObjects = false\n';

/** What is to be fetched: a full ref name or an object, and how far back. */
export interface Wanted {
  readonly from: string;
  readonly reach: Reach;
}

/**
 * Fetches as the one ref of a clone; null where that worked. What git left unfinished is removed. A connection that was
 * kept may be dead without anybody's knowledge: it has half of the time, and what fails over it is tried over a new one.
 * Throws CONFIG_INVALID.
 */
export async function fetchInto(clone: string, server: Server, wanted: Wanted): Promise<GitFailure | null> {
  const { config, env, connection } = prepareAccess(server);
  const { fetchMs } = server.limits;
  const secrets = join(clone, ACCESS_FILE);
  writePrivate(secrets, wanted.reach === 'whole' ? `${config}${UNCHECKED}` : config);
  try {
    if (connection === null || !isOpen(connection))
      return await fetchOnce(clone, server, { ...wanted, env, deadlineMs: fetchMs });
    const attempt = { ...wanted, env, deadlineMs: fetchMs / 2 };
    const failure = await fetchOnce(clone, server, attempt);
    if (failure?.code !== 'SOURCE_UNREACHABLE') return failure;
    forgetConnection(connection);
    return await fetchOnce(clone, server, attempt);
  } finally {
    removeTree(secrets);
  }
}

type Attempt = Wanted & Pick<Words, 'env' | 'deadlineMs'>;

async function fetchOnce(
  clone: string,
  server: Server,
  { from, reach, ...words }: Attempt,
): Promise<GitFailure | null> {
  const what = ['--', server.url, `+${from}:${CANDIDATE}`];
  const args = [...FETCH, '--no-recurse-submodules', ...REACH[reach], ...what];
  try {
    const result = await callGit(clone, server, { args, ...words });
    if (result.exitCode === 0) return isTaken(from, result.stderr) ? null : missing(from);
    return hasFullPack(clone, server) ? tooLarge(server) : explainFailure(result);
  } finally {
    sweepClone(clone);
  }
}

/**
 * Where there is no `refs/heads/main`, git takes `refs/heads/refs/heads/main` for it, which whoever may push some branch
 * can make. It tells what it took, without the folder that it was found in.
 */
function isTaken(from: string, stderr: string): boolean {
  const taken = [...stderr.matchAll(/(\S+) +-> refs\/source\/candidate/g)].map(([, name]) => name);
  return taken.length === 1 && taken[0] === from.replace(/^refs\/(heads|tags)\//, '');
}

function missing(from: string): GitFailure {
  return { code: 'SOURCE_BRANCH_MISSING', why: `the server has no ${from}`, suspectsClone: false };
}

/** What stopped git was the bound of its files, of which it says nothing: the pack that came in ends exactly there. */
function hasFullPack(clone: string, { limits }: Server): boolean {
  const folder = join(clone, 'objects/pack');
  const unfinished = readdirSync(folder).filter((name) => name.startsWith('tmp_pack_'));
  return unfinished.some((name) => statSync(join(folder, name)).size >= limits.packBytes);
}

function tooLarge({ limits }: Server): GitFailure {
  const why = `the server sends a pack of more than ${limits.packBytes} bytes`;
  return { code: 'SOURCE_TOO_LARGE', why, suspectsClone: false };
}

/** Each pack makes reading slower, and every unreachable object stays; `git gc` takes 0.2 to 0.9 s. */
const MAX_PACKS = 20;
/** In one of 256 folders: about 1,000 in all, as git itself estimates. */
const MAX_SAMPLED_LOOSE = 4;
const SAMPLED_FOLDER = 'objects/17';

/**
 * Repacks a clone where that is due, so that the thousandth update costs what the first one did. Objects without a ref
 * stay for an hour, for readers that have just been told of them. False: git could not, or what there is has more
 * bytes than `limits.packBytes`.
 */
export async function tidyClone(clone: string, server: Server): Promise<boolean> {
  const names = readdirSync(join(clone, 'objects/pack')).filter((name) => name.endsWith('.pack'));
  const hasManyLoose = listIfThere(join(clone, SAMPLED_FOLDER)).length > MAX_SAMPLED_LOOSE;
  if (names.length > MAX_PACKS || hasManyLoose) {
    const result = await callGit(clone, server, { args: ['gc', '-q', '--prune=1.hour.ago'] });
    sweepClone(clone);
    return result.exitCode === 0;
  }
  const sizes = names.map((name) => statSync(join(clone, 'objects/pack', name)).size);
  return sizes.reduce((sum, size) => sum + size, 0) <= server.limits.packBytes;
}

interface Words {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly outputBytes?: number;
  readonly deadlineMs?: number;
}

/** Runs git on a clone, with nothing of the machine's or a user's configuration. Never throws for what git does. */
export async function callGit(clone: string, server: Server, words: Words): Promise<GitResult> {
  const { args, env = {}, outputBytes = MIB, deadlineMs = server.limits.fetchMs, ...rest } = words;
  return await runGit(args, {
    ...rest,
    directory: clone,
    launcher: join(clone, LAUNCHER_FILE),
    env: {
      PATH: server.searchPath ?? SYSTEM_PATH,
      LC_ALL: 'C',
      HOME: '/nonexistent', // git and curl look for files of their own there
      GIT_DIR: clone, // else git would look for a repository in the folders above a damaged one
      GIT_CONFIG_GLOBAL: join(clone, HARD_FILE),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_NO_LAZY_FETCH: '1',
      GIT_NO_REPLACE_OBJECTS: '1',
      GIT_OPTIONAL_LOCKS: '0',
      FILE_BLOCKS: String(Math.ceil(server.limits.packBytes / 512)),
      ...env,
    },
    deadlineMs,
    outputBytes,
  });
}

function listIfThere(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return []; // most often there is no loose object at all
  }
}
