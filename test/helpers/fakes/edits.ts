import { createHash } from 'node:crypto';
import { ReconcileError } from '../../../src/core/errors.ts';
import type { LostEdit } from '../../../src/core/types.ts';
import type { Edits, KeptEdit } from '../../../src/ports.ts';

interface Kept {
  readonly bytes: Uint8Array;
  readonly base: Uint8Array | null;
}

/** Kept edits in memory, without limits. `beforeKeep` may throw to act as a full disk or a crash. */
export class FakeEdits implements Edits {
  readonly kept: Kept[] = [];
  beforeKeep: () => void = () => {};

  keep(content: Uint8Array, base: Uint8Array | null): void {
    this.beforeKeep();
    this.kept.push({ bytes: Buffer.from(content), base: base === null ? null : Buffer.from(base) });
  }

  find(edit: Pick<LostEdit, 'sha256' | 'base'>): KeptEdit | null {
    const found = this.kept.filter(({ bytes }) => hash(bytes) === edit.sha256).reverse();
    const same = found.find(({ base }) => base !== null && hash(base) === edit.base);
    const [first] = found;
    if (first === undefined) return null;
    return { path: `/edits/${edit.sha256}`, bytes: first.bytes, base: same?.base ?? null };
  }

  sweep(): void {}

  texts(): readonly string[] {
    return this.kept.map(({ bytes }) => Buffer.from(bytes).toString('utf8'));
  }

  /** Every further edit cannot be kept, as on a full disk. */
  fill(): void {
    this.beforeKeep = () => {
      throw new ReconcileError('STATE_UNUSABLE', 'scripted: no space left on device');
    };
  }
}

function hash(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
