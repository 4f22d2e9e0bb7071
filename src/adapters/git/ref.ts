import { readFileSync } from 'node:fs';
import { errnoOf } from '../errno.ts';

const ABSENT: ReadonlySet<string | null> = new Set(['ENOENT', 'ENOTDIR', 'EISDIR']);
/** A ref that points to a ref is read this often in a row; git itself stops at 5 (refs.h, SYMREF_MAXDEPTH). */
const MAX_DEPTH = 5;

/**
 * The commit (40 hex digits) that a full ref name like `refs/heads/main` has in a git directory; null when it has
 * none, or a damaged one, as a power cut leaves it. A loose ref hides the packed one, damaged or not.
 *
 * Two small files at most, no process, no package: the pass that finds nothing to do asks here. Throws node's own
 * errors. Reftable and sha256 repositories have no ref that it can read.
 */
export function readRef(gitdir: string, ref: string, depth = 0): string | null {
  const loose = readIfPresent(`${gitdir}/${ref}`);
  if (loose === null) return findPacked(readIfPresent(`${gitdir}/packed-refs`) ?? '', ref);
  const text = loose.trim();
  const target = /^ref: (refs\/\S+)$/.exec(text)?.[1];
  if (target !== undefined) return depth < MAX_DEPTH ? readRef(gitdir, target, depth + 1) : null;
  return /^[0-9a-f]{40}$/.test(text) ? text : null;
}

/** Lines are `<40 hex> <name>`; searching the text beats splitting it where there are 10,000 refs. */
function findPacked(text: string, ref: string): string | null {
  const end = text.indexOf(` ${ref}\n`);
  const line = end < 0 ? '' : text.slice(Math.max(0, end - 41), end).trimStart();
  return /^[0-9a-f]{40}$/.test(line) ? line : null;
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (ABSENT.has(errnoOf(error))) return null;
    throw error;
  }
}
