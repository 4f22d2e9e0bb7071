import { ReconcileError } from '../core/errors.ts';
import { equalBytes } from '../core/itemize.ts';
import type { ObservedFile, ObstacleType } from '../core/types.ts';

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

/** Throws EDITED_MEANWHILE or DESTINATION_OBSTACLE when the destination is not what the plan was made for. */
export function checkUntouched(change: FileChange): void {
  const now = change.observe();
  if (now.kind === 'obstacle') throw obstacleAt(change.path, now.type);
  if (isSame(change.before, now)) return;
  throw new ReconcileError('EDITED_MEANWHILE', `${change.path} was changed by somebody else during the run`);
}

/** Says that something other than a regular file stands at a destination. */
export function obstacleAt(path: string, type: ObstacleType): ReconcileError {
  return new ReconcileError('DESTINATION_OBSTACLE', `${path} is a ${type}, not a regular file`);
}

function isSame(left: ObservedFile, right: ObservedFile): boolean {
  if (left.kind !== 'file' || right.kind !== 'file') return left.kind === right.kind;
  const { mode, uid, gid, bytes } = left;
  return mode === right.mode && uid === right.uid && gid === right.gid && equalBytes(bytes, right.bytes);
}
