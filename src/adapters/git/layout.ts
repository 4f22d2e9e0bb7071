import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { describe } from '../errno.ts';

/**
 * The git directory of a path: a bare repository or a `.git` directory itself, the `.git` of a work tree, or what the
 * `.git` file of a linked work tree points to. Throws SOURCE_UNREACHABLE.
 */
export function findGitdir(path: string): string {
  try {
    if (isGitdir(path)) return path;
    const dotGit = join(path, '.git');
    if (isGitdir(dotGit)) return dotGit;
    const linked = existsSync(dotGit) && statSync(dotGit).isFile() ? followDotGit(dotGit) : null;
    if (linked !== null && isGitdir(linked)) return linked;
    statSync(path);
  } catch (error) {
    throw new ReconcileError('SOURCE_UNREACHABLE', `cannot read ${path}: ${describe(error)}`, {
      cause: error,
    });
  }
  throw new ReconcileError('SOURCE_UNREACHABLE', `${path} is no git repository`);
}

/**
 * Why a repository that git can read cannot be read here, and what to do; null when its layout is no reason.
 * isomorphic-git knows neither alternates (issue #1091), nor index version 1, nor sha256, nor reftable, and never
 * fetches what a partial clone left out. Throws node's own errors.
 */
export function explainLayout(gitdir: string): string | null {
  const config = existsSync(`${gitdir}/config`) ? readFileSync(`${gitdir}/config`, 'utf8') : '';
  if (/^\s*objectformat\s*=\s*sha256/im.test(config))
    return 'sha256 repositories are not supported; use one with sha1';
  if (/^\s*refstorage\s*=\s*reftable/im.test(config)) {
    return 'reftable is not supported; run `git refs migrate --ref-format=files`';
  }
  if (existsSync(`${gitdir}/objects/info/alternates`)) {
    return 'it borrows objects (alternates); run `git repack -a -d` and remove objects/info/alternates';
  }
  if (/^\s*(promisor|partialclonefilter)\s*=/im.test(config))
    return 'it is a partial clone; make a complete one';
  if (listIndexes(gitdir).some(isVersion1)) {
    return 'it has a pack index of version 1; run `git -c pack.indexVersion=2 repack -a -d -f`';
  }
  return null;
}

/** Whether a directory is itself a git directory: a bare repository, or a `.git`. */
export function isGitdir(path: string): boolean {
  return existsSync(join(path, 'HEAD')) && existsSync(join(path, 'objects'));
}

/** `gitdir: <path>` names the private directory of a linked work tree, whose `commondir` names the shared one. */
function followDotGit(file: string): string | null {
  const target = /^gitdir: (.+)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  if (target === undefined) return null;
  const gitdir = resolve(dirname(file), target);
  const common = join(gitdir, 'commondir');
  return existsSync(common) ? resolve(gitdir, readFileSync(common, 'utf8').trim()) : gitdir;
}

function listIndexes(gitdir: string): readonly string[] {
  const folder = `${gitdir}/objects/pack`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.idx'))
    .map((name) => join(folder, name));
}

/** Later versions begin with \377tOc (gitformat-pack(5)). */
function isVersion1(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const magic = Buffer.alloc(4);
    readSync(fd, magic, 0, 4, 0);
    return magic.toString('latin1') !== '\xfftOc';
  } finally {
    closeSync(fd);
  }
}
