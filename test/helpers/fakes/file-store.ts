import { ReconcileError } from '../../../src/core/errors.ts';
import type { Change, ObservedFile } from '../../../src/core/types.ts';
import type { FileStore } from '../../../src/ports.ts';

/** Where a scripted failure falls: nothing is written after either. */
type Failure = 'WRITE_FAILED' | 'EDITED_MEANWHILE' | 'UNDO_FAILED';

/**
 * Files in memory. `place` and `remove` are the hands of somebody else; `failNext` makes the next install fail.
 * `installs` counts the installs that changed something.
 */
export class FakeFileStore implements FileStore {
  readonly entries = new Map<string, ObservedFile>();
  readonly swept: string[] = [];
  installs = 0;
  #failures: Failure[] = [];
  /** Called after the checks and before the first change of an install; may throw to act as a crash. */
  beforeCommit: () => void = () => {};
  /** Called after every single change of an install; may throw to act as a crash between two renames. */
  afterEach: (change: Change) => void = () => {};

  place(path: string, bytes: Uint8Array | string, attributes: Partial<Attributes> = {}): void {
    const { mode = 0o644, uid = 0, gid = 0 } = attributes;
    this.entries.set(path, { kind: 'file', bytes: Buffer.from(bytes), mode, uid, gid });
  }

  obstruct(path: string, type: (ObservedFile & { readonly kind: 'obstacle' })['type']): void {
    this.entries.set(path, { kind: 'obstacle', type });
  }

  remove(path: string): void {
    this.entries.delete(path);
  }

  failNext(...failures: readonly Failure[]): void {
    this.#failures.push(...failures);
  }

  /** The bytes at a path, or null when no regular file is there. */
  bytesAt(path: string): Uint8Array | null {
    const entry = this.observe(path);
    return entry.kind === 'file' ? entry.bytes : null;
  }

  observe(path: string): ObservedFile {
    if (!path.startsWith('/')) throw new ReconcileError('DESTINATION_UNSAFE', `${path} is not absolute`);
    return this.entries.get(path) ?? { kind: 'absent' };
  }

  install(changes: readonly Change[]): void {
    for (const change of changes) checkChange(change, this.observe(change.desired.path));
    const failure = this.#failures.shift();
    if (failure !== undefined) throw new ReconcileError(failure, 'scripted failure of the file store');
    this.beforeCommit();
    for (const change of changes) {
      this.#carryOut(change);
      this.afterEach(change);
    }
    if (changes.length > 0) this.installs++;
  }

  sweep(paths: readonly string[]): void {
    this.swept.push(...paths);
  }

  #carryOut({ desired }: Change): void {
    if (desired.bytes === null) this.entries.delete(desired.path);
    else this.place(desired.path, desired.bytes, desired);
  }
}

interface Attributes {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

function checkChange({ desired, before }: Change, now: ObservedFile): void {
  if (now.kind === 'obstacle') throw new ReconcileError('DESTINATION_OBSTACLE', `${desired.path} is no file`);
  if (!isSame(before, now)) throw new ReconcileError('EDITED_MEANWHILE', `${desired.path} was edited`);
}

function isSame(left: ObservedFile, right: ObservedFile): boolean {
  if (left.kind !== 'file' || right.kind !== 'file') return left.kind === right.kind;
  return (
    Buffer.compare(left.bytes, right.bytes) === 0 &&
    left.mode === right.mode &&
    left.uid === right.uid &&
    left.gid === right.gid
  );
}
