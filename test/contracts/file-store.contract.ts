import { describe, expect, test } from 'vitest';
import type { ErrorCode } from '../../src/core/errors.ts';
import { makePlan } from '../../src/core/plan.ts';
import type { DesiredFile } from '../../src/core/types.ts';
import type { FileStore } from '../../src/ports.ts';

/** A store and the hands of somebody else. */
export interface FileStoreWorld {
  readonly store: FileStore;
  /** A path in a directory that is safe. */
  path(name: string): string;
  place(path: string, text: string, mode: number): void;
  remove(path: string): void;
  /** A directory at the path. */
  obstruct(path: string): void;
}

const owner = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };

/** What the reconciler relies on, whatever keeps the files. */
export function fileStoreContract(name: string, makeWorld: () => FileStoreWorld): void {
  describe(`${name} keeps the promises of a file store`, () => {
    test('a path where nothing stands is absent', () => {
      const { store, path } = makeWorld();
      expect(store.observe(path('a.conf'))).toEqual({ kind: 'absent' });
    });

    test('bytes, mode and owner are observed as they are', () => {
      const world = makeWorld();
      world.place(world.path('a.conf'), 'ü\n', 0o640);
      expect(textAt(world, 'a.conf')).toEqual({ kind: 'file', text: 'ü\n', mode: 0o640, ...owner });
    });

    test('what is no regular file is an obstacle', () => {
      const world = makeWorld();
      world.obstruct(world.path('a.conf'));
      expect(world.store.observe(world.path('a.conf'))).toEqual({ kind: 'obstacle', type: 'directory' });
    });

    test('a path that is not absolute is unsafe', () => {
      expect(codeOf(() => makeWorld().store.observe('a.conf'))).toBe('DESTINATION_UNSAFE');
    });

    test('one install creates, replaces, corrects and removes', () => {
      const world = makeWorld();
      world.place(world.path('replaced'), 'old', 0o644);
      world.place(world.path('corrected'), 'same', 0o644);
      world.place(world.path('removed'), 'gone', 0o644);
      installAll(world, [
        ['created', 'new', 0o600],
        ['replaced', 'longer than old', 0o640],
        ['corrected', 'same', 0o400],
        ['removed', null, 0o644],
      ]);
      expect(textAt(world, 'created')).toMatchObject({ text: 'new', mode: 0o600 });
      expect(textAt(world, 'replaced')).toMatchObject({ text: 'longer than old', mode: 0o640 });
      expect(textAt(world, 'corrected')).toMatchObject({ text: 'same', mode: 0o400 });
      expect(textAt(world, 'removed')).toEqual({ kind: 'absent' });
    });

    test('an install that was carried out leaves nothing to plan', () => {
      const world = makeWorld();
      const files = installAll(world, [
        ['a', 'x', 0o600],
        ['b', '', 0o644],
      ]);
      expect(planFor(world, files)).toBeNull();
    });

    test('no change is no work', () => {
      expect(() => makeWorld().store.install([])).not.toThrow();
    });

    test.each<[string, (world: FileStoreWorld, path: string) => void, ErrorCode]>([
      ['other bytes', (world, path) => world.place(path, 'edited', 0o644), 'EDITED_MEANWHILE'],
      ['another mode', (world, path) => world.place(path, 'old', 0o600), 'EDITED_MEANWHILE'],
      ['nothing', (world, path) => world.remove(path), 'EDITED_MEANWHILE'],
      ['a directory', obstructAnew, 'DESTINATION_OBSTACLE'],
    ])('a destination that has become %s is left alone, and so is every other', (_what, edit, code) => {
      const world = makeWorld();
      world.place(world.path('a'), 'old', 0o644);
      world.place(world.path('b'), 'old', 0o644);
      const changes = changesFor(world, [
        ['a', 'new', 0o644],
        ['b', 'new', 0o644],
      ]);
      edit(world, world.path('b'));
      const edited = world.store.observe(world.path('b'));
      expect(codeOf(() => world.store.install(changes))).toBe(code);
      expect(textAt(world, 'a')).toMatchObject({ text: 'old' });
      expect(world.store.observe(world.path('b'))).toEqual(edited);
    });

    test('a file that appears where one is to be created is left alone', () => {
      const world = makeWorld();
      const changes = changesFor(world, [['a', 'new', 0o644]]);
      world.place(world.path('a'), 'foreign', 0o644);
      expect(codeOf(() => world.store.install(changes))).toBe('EDITED_MEANWHILE');
      expect(textAt(world, 'a')).toMatchObject({ text: 'foreign' });
    });

    test('a sweep removes no file of anybody', () => {
      const world = makeWorld();
      world.place(world.path('a'), 'x', 0o644);
      world.store.sweep([world.path('a'), world.path('b')]);
      expect(textAt(world, 'a')).toMatchObject({ text: 'x' });
    });
  });
}

type Wanted = readonly [name: string, text: string | null, mode: number];

function installAll(world: FileStoreWorld, wanted: readonly Wanted[]): readonly DesiredFile[] {
  world.store.install(changesFor(world, wanted));
  return wanted.map((each) => toDesired(world, each));
}

function changesFor(world: FileStoreWorld, wanted: readonly Wanted[]) {
  const files = wanted.map((each) => toDesired(world, each));
  return planFor(world, files)?.changes ?? [];
}

function toDesired(world: FileStoreWorld, [name, text, mode]: Wanted): DesiredFile {
  const bytes = text === null ? null : Buffer.from(text);
  return { target: 'php-fpm', path: world.path(name), bytes, mode, ...owner };
}

function planFor({ store }: FileStoreWorld, files: readonly DesiredFile[]) {
  const observed = new Map(files.map((file) => [file.path, store.observe(file.path)]));
  return makePlan({ commit: null, fingerprint: 'f', files, secrets: [] }, observed, false);
}

function textAt(world: FileStoreWorld, name: string) {
  const found = world.store.observe(world.path(name));
  if (found.kind !== 'file') return found;
  const { bytes, ...rest } = found;
  return { ...rest, text: Buffer.from(bytes).toString() };
}

function obstructAnew(world: FileStoreWorld, path: string): void {
  world.remove(path);
  world.obstruct(path);
}

function codeOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
  return 'nothing was thrown';
}
