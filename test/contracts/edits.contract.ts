import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { Edits } from '../../src/ports.ts';

const bytes = (text: string): Buffer => Buffer.from(text);
const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What the reconciler relies on, wherever edits are kept. `reopen`: the same in the eyes of another process. */
export function editsContract(
  name: string,
  makeWorld: () => { readonly edits: Edits; reopen(): Edits },
): void {
  describe(`${name} keeps the promises of edits`, () => {
    test('an edit is found with what stood there before, by every process', () => {
      const { edits, reopen } = makeWorld();
      edits.keep(bytes('edited'), bytes('ours'));
      const found = reopen().find({ sha256: hash('edited'), base: hash('ours') });
      expect([found?.bytes, found?.base].map((each) => Buffer.from(each ?? []).toString())).toEqual([
        'edited',
        'ours',
      ]);
      expect(found?.path).toContain(hash('edited'));
    });

    test('an edit without a base has none, and no base of another edit', () => {
      const { edits } = makeWorld();
      edits.keep(bytes('edited'), null);
      edits.keep(bytes('edited'), bytes('ours'));
      expect(edits.find({ sha256: hash('edited'), base: null })?.base).toBeNull();
      expect(edits.find({ sha256: hash('edited'), base: hash('other') })?.base).toBeNull();
    });

    test('what was never kept is not found', () => {
      const { edits } = makeWorld();
      expect(edits.find({ sha256: hash('x'), base: null })).toBeNull();
      edits.keep(bytes('edited'), bytes('ours'));
      expect(edits.find({ sha256: hash('ours'), base: null })).toBeNull();
    });

    test('a sweep loses nothing', () => {
      const { edits } = makeWorld();
      edits.sweep();
      edits.keep(bytes(''), null);
      edits.sweep();
      expect(edits.find({ sha256: hash(''), base: null })).not.toBeNull();
    });
  });
}
