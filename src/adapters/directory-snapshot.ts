import type { Dirent } from 'node:fs';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import type { Snapshot } from '../core/types.ts';
import { describe } from './errno.ts';
import type { EntryType } from './snapshot-rules.ts';
import { SNAPSHOT_LIMITS, SnapshotDraft } from './snapshot-rules.ts';

const SKIPPED: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/**
 * A directory as it stands, uncommitted work included, under the rules of a commit: for `reconcile check DIR`. Its
 * `commit` is null. Throws SOURCE_UNREACHABLE where something cannot be read.
 */
export function readDirectory(path: string, limits = SNAPSHOT_LIMITS): Snapshot {
  const draft = new SnapshotDraft(limits);
  try {
    readEntries({ root: path, draft }, '');
  } catch (error) {
    throw new ReconcileError('SOURCE_UNREACHABLE', `cannot read ${path}: ${describe(error)}`, {
      cause: error,
    });
  }
  return draft.finish(null);
}

interface Walk {
  readonly root: string;
  readonly draft: SnapshotDraft;
}

function readEntries({ root, draft }: Walk, folder: string): void {
  const entries = readdirSync(join(root, folder), { withFileTypes: true });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
    const type = typeOf(entry);
    if (SKIPPED.has(entry.name) || !draft.admit(path, type)) continue;
    const full = join(root, path);
    if (type === 'directory') readEntries({ root, draft }, path);
    else if (draft.admitSize(path, statSync(full).size)) draft.add(path, readFileSync(full));
  }
}

function typeOf(entry: Dirent): EntryType {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'special';
}
