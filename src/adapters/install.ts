import { closeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import type { Change } from '../core/types.ts';
import { ContentChange } from './content-change.ts';
import type { Directory, DirectoryRules } from './directory.ts';
import { openDirectory } from './directory.ts';
import { describe, errnoOf } from './errno.ts';
import type { FileChange } from './file-change.ts';
import { checkUntouched, obstacleAt } from './file-change.ts';
import { MetadataChange } from './metadata-change.ts';
import { splitDestination } from './observe-entry.ts';

/**
 * Carries out planned changes, all or none, by the promises of `FileStore.install`. Throws WRITE_FAILED,
 * EDITED_MEANWHILE, DESTINATION_OBSTACLE or DESTINATION_UNSAFE when everything is as before, and UNDO_FAILED, with
 * every failure in its cause, when something could not be put back.
 */
export function install(changes: readonly Change[], rules: DirectoryRules): void {
  const opened: FileChange[] = [];
  try {
    for (const change of changes) opened.push(openChange(change, rules));
    carryOut(opened);
  } finally {
    for (const change of opened) change.close();
  }
}

function openChange(change: Change, rules: DirectoryRules): FileChange {
  const { path } = change.desired;
  const name = splitDestination(path);
  const directory = openDirectory(dirname(path), rules);
  try {
    return makeFileChange(change, directory, name);
  } catch (error) {
    closeSync(directory.fd);
    throw error;
  }
}

/** The steps for a planned change, which then owns `directory`. */
function makeFileChange(change: Change, directory: Directory, name: string): FileChange {
  const { desired, before } = change;
  if (before.kind === 'obstacle') throw obstacleAt(desired.path, before.type);
  if (change.kind !== 'metadata') return new ContentChange({ desired, before, directory, name });
  if (before.kind !== 'file') throw new Error(`metadata of ${desired.path}, which is ${before.kind}`);
  return new MetadataChange({ desired, before, directory, name });
}

/**
 * All that can fail cheaply (space, permission, read-only) fails before anything is visible; then the renames are
 * adjacent system calls, in the order of the plan.
 */
function carryOut(changes: readonly FileChange[]): void {
  const begun: FileChange[] = [];
  try {
    for (const change of changes) doStep(change, () => change.stage());
    for (const change of changes) doStep(change, () => checkUntouched(change));
    for (const change of changes) {
      begun.push(change);
      doStep(change, () => change.commit());
    }
    for (const change of changes) doStep(change, () => change.settle());
  } catch (error) {
    const failures = begun.reverse().flatMap(undo);
    if (failures.length > 0) throw undoFailed(error, failures);
    if (error instanceof ReconcileError) throw error;
    throw new ReconcileError('WRITE_FAILED', `${describe(error)}; nothing was changed`, { cause: error });
  }
}

/** Node's own message names a descriptor; ours names the destination. */
function doStep(change: FileChange, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    throw new Error(`cannot write ${change.path}: ${explain(error)}`, { cause: error });
  }
}

function explain(error: unknown): string {
  if (errnoOf(error) !== 'EBUSY') return describe(error);
  return 'it is a mount point of its own, which cannot be replaced; mount the directory instead of the single file';
}

function undo(change: FileChange): readonly Error[] {
  try {
    change.undo();
    return [];
  } catch (error) {
    return [new Error(`${change.path}: ${describe(error)}`, { cause: error })];
  }
}

function undoFailed(error: unknown, failures: readonly Error[]): ReconcileError {
  const undone = failures.map(describe).join('; ');
  const message = `${describe(error)}; and what was changed could not be put back: ${undone}`;
  return new ReconcileError('UNDO_FAILED', message, {
    cause: new AggregateError([error, ...failures], message),
  });
}
