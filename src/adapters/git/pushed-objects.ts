import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import type { Commit } from '../../core/git/commit.ts';
import { parseCommit } from '../../core/git/commit.ts';
import type { Snapshot } from '../../core/types.ts';
import type { PushedObjects } from '../../ports/receiving.ts';
import { sweepPrivateDirectories, withPrivateDirectory } from '../private-directory.ts';
import { SYSTEM_PATH } from '../processes.ts';
import type { SnapshotLimits } from '../snapshot-rules.ts';
import { WANTED } from '../snapshot-rules.ts';
import { CommitReader } from './commit-reader.ts';
import type { GitResult } from './git-program.ts';
import { runGit } from './git-program.ts';
import { LAUNCHER } from './launcher.ts';
import type { StoredObject } from './object-store.ts';
import { parseBatch } from './parse-batch.ts';
import { parseList } from './parse-list.ts';

export interface PushOptions {
  /** Absolute path of the repository that is pushed to. */
  readonly gitdir: string;
  /** That of the hook: in it git says where the new objects wait, and where git itself is. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly limits: SnapshotLimits;
  /** For each call of git. */
  readonly deadlineMs: number;
}

const MIB = 1024 * 1024;
/** Far above any commit, and above the names of all new ones in any push that people make. */
const COMMITS_BYTES = 16 * MIB;
/** Far above all lists of files of a commit. */
const TREES_BYTES = 64 * MIB;
/** Beside each object there is a line of its name, type and size. */
const LINE_BYTES = 80;
/** One entry of a list: what stands before its path, and the longest path that is read. */
const ENTRY_BYTES = 320;

/** Where a hook finds what is pushed; nothing else of its environment is passed on (git-receive-pack(1), QUARANTINE). */
const QUARANTINE = [
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
] as const;

/**
 * Gives `work` the objects of a push. They wait in a directory of their own, which borrows from the repository: git alone
 * can read that (isomorphic-git knows no alternates, issue #1091). Nothing of the repository is run, and every object is
 * compared with its name. Throws ENVIRONMENT_BROKEN where there is no place for temporary files.
 */
export async function withPushedObjects<T>(
  options: PushOptions,
  work: (objects: PushedObjects) => Promise<T>,
): Promise<T> {
  sweepPrivateDirectories();
  return await withPrivateDirectory(async (directory) => {
    const launcher = join(directory, 'git.sh');
    writeFileSync(launcher, LAUNCHER);
    return await work(new Quarantine(options, launcher));
  });
}

interface Question {
  readonly input?: string;
  readonly outputBytes: number;
}

class Quarantine implements PushedObjects {
  readonly #options: PushOptions;
  readonly #launcher: string;

  constructor(options: PushOptions, launcher: string) {
    this.#options = options;
    this.#launcher = launcher;
  }

  async peel(oid: string): Promise<string> {
    const args = ['rev-parse', '--verify', '--end-of-options', `${oid}^{commit}`];
    return (await this.#ask(args, { outputBytes: MIB })).toString().trim();
  }

  async contains(commit: string, before: string): Promise<boolean> {
    const args = ['merge-base', '--is-ancestor', before, commit];
    const result = await this.#run(args, { outputBytes: MIB });
    if (result.exitCode === 1) return false;
    judge(args, result);
    return true;
  }

  async commits(commit: string, before: string | null): Promise<readonly Commit[]> {
    const range = before === null ? ['--max-count=1', commit] : [commit, `^${before}`];
    const names = await this.#ask(['rev-list', ...range, '--'], { outputBytes: COMMITS_BYTES });
    const oids = names.toString().trim().split('\n');
    const objects = await this.#readObjects(oids, COMMITS_BYTES);
    return oids.map((oid) => parseCommit(oid, take(objects, oid)));
  }

  /** git lists what there is, and what it is called; what it is worth is for the reader of every other source to say. */
  async read(commit: string): Promise<Snapshot> {
    const { limits, gitdir } = this.#options;
    const args = ['ls-tree', '-r', '-t', '-l', '-z', '--full-tree', commit, '--', ...WANTED];
    const listed = await this.#ask(args, { outputBytes: MIB + limits.files * limits.depth * ENTRY_BYTES });
    const { trees, sizes } = parseList(listed);
    const blobs = chooseBlobs(sizes, limits);
    const bytes = blobs.reduce((sum, oid) => sum + (sizes.get(oid) ?? 0) + LINE_BYTES, TREES_BYTES);
    const objects = await this.#readObjects([commit, `${commit}^{tree}`, ...trees, ...blobs], bytes);
    return await new CommitReader(limits).read({ gitdir, objects, sizes }, commit);
  }

  async #readObjects(
    oids: readonly string[],
    outputBytes: number,
  ): Promise<ReadonlyMap<string, StoredObject>> {
    if (oids.length === 0) return new Map();
    const input = oids.map((oid) => `${oid}\n`).join('');
    return parseBatch(await this.#ask(['cat-file', '--buffer', '--batch'], { input, outputBytes }));
  }

  async #ask(args: readonly string[], question: Question): Promise<Buffer> {
    return judge(args, await this.#run(args, question));
  }

  async #run(args: readonly string[], question: Question): Promise<GitResult> {
    const { gitdir, environment, deadlineMs } = this.#options;
    const known = QUARANTINE.flatMap((name) => {
      const value = environment[name];
      return value === undefined ? [] : [[name, value] as const];
    });
    return await runGit(args, {
      ...question,
      directory: gitdir,
      launcher: this.#launcher,
      deadlineMs,
      env: {
        PATH: environment.PATH ?? SYSTEM_PATH,
        LC_ALL: 'C',
        HOME: '/nonexistent',
        GIT_DIR: gitdir,
        GIT_CONFIG_GLOBAL: '/dev/null',
        GIT_CONFIG_NOSYSTEM: '1',
        GIT_NO_LAZY_FETCH: '1',
        GIT_NO_REPLACE_OBJECTS: '1',
        GIT_OPTIONAL_LOCKS: '0',
        FILE_BLOCKS: '0', // none of these calls writes a file
        ...Object.fromEntries(known),
      },
    });
  }
}

/** Those that may be read, in the order in which they stand, until all bytes are used up. */
function chooseBlobs(sizes: ReadonlyMap<string, number>, limits: SnapshotLimits): readonly string[] {
  let left = limits.totalBytes;
  return [...sizes].flatMap(([oid, size]) => {
    if (size > limits.fileBytes || left < 0) return [];
    left -= size;
    return [oid];
  });
}

function judge([name]: readonly string[], { exitCode, ended, stdout, stderr }: GitResult): Buffer {
  if (exitCode === 0) return stdout;
  if (ended === 'capped')
    throw new ReconcileError('SOURCE_TOO_LARGE', `git ${name} tells of more than this host takes`);
  const how = ended === 'exit' ? `ended with ${exitCode}` : `ended by ${ended}`;
  throw new ReconcileError('PUSH_UNCHECKED', `git ${name} ${how}: ${stderr.trim()}`);
}

function take(objects: ReadonlyMap<string, StoredObject>, oid: string): Uint8Array {
  const object = objects.get(oid);
  if (object !== undefined) return object.bytes;
  throw new ReconcileError('PUSH_UNCHECKED', `git does not give object ${oid}, or gives a damaged one`);
}
