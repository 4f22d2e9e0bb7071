import { ReconcileError } from '../core/errors.ts';
import { equalBytes } from '../core/itemize.ts';
import type { Change, ObservedFile, ObstacleType } from '../core/types.ts';
import { ContentChange } from './content-change.ts';
import type { Directory } from './directory.ts';
import { MetadataChange } from './metadata-change.ts';

/**
 * One change on its way to the disk, in steps that are named here in the order in which they run. Every step throws
 * node's own errors, or a ReconcileError where the step knows more.
 */
export interface FileChange {
  readonly path: string;
  /** What the plan was made for. */
  readonly before: ObservedFile;
  /** Prepares all that takes space or permission; nothing is visible under the destination's name. */
  stage(): void;
  /** What stands at the destination now, in the eyes of this change. */
  observe(): ObservedFile;
  /** The one visible step. */
  commit(): void;
  /** Makes the change durable and looks whether it is still ours. */
  settle(): void;
  /** Puts back durably what stood there before a commit that was begun. */
  undo(): void;
  /** Removes temporaries and closes descriptors. Never throws: what is left, the next sweep finds. */
  close(): void;
}

/** The steps for a planned change, which then owns `directory`. Throws DESTINATION_OBSTACLE. */
export function makeFileChange(change: Change, directory: Directory, name: string): FileChange {
  const { desired, before } = change;
  if (before.kind === 'obstacle') throw obstacleAt(desired.path, before.type);
  if (change.kind !== 'metadata') return new ContentChange({ desired, before, directory, name });
  if (before.kind !== 'file') throw new Error(`metadata of ${desired.path}, which is ${before.kind}`);
  return new MetadataChange({ desired, before, directory, name });
}

/** Throws EDITED_MEANWHILE or DESTINATION_OBSTACLE when the destination is not what the plan was made for. */
export function checkUntouched(change: FileChange): void {
  const now = change.observe();
  if (now.kind === 'obstacle') throw obstacleAt(change.path, now.type);
  if (isSame(change.before, now)) return;
  throw new ReconcileError('EDITED_MEANWHILE', `${change.path} was changed by somebody else during the run`);
}

function obstacleAt(path: string, type: ObstacleType): ReconcileError {
  return new ReconcileError('DESTINATION_OBSTACLE', `${path} is a ${type}, not a regular file`);
}

function isSame(left: ObservedFile, right: ObservedFile): boolean {
  if (left.kind !== 'file' || right.kind !== 'file') return left.kind === right.kind;
  const { mode, uid, gid, bytes } = left;
  return mode === right.mode && uid === right.uid && gid === right.gid && equalBytes(bytes, right.bytes);
}
