import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileEdits } from '../../src/adapters/edits.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const MEBIBYTE = 1024 * 1024;
const hash = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

function makeEdits() {
  const state = join(temporaryDirectory(), 'state');
  const path = join(state, 'edits');
  return { state, path, edits: fileEdits(state), names: () => readdirSync(path).sort() };
}

test('an edit is a file of its own, for our eyes only', () => {
  const { path, edits, names } = makeEdits();
  edits.keep(Buffer.from('edited'), Buffer.from('ours'));
  edits.keep(Buffer.from('again'), null);
  expect(names()).toEqual([
    `00000001-${hash('edited')}`,
    `00000001-${hash('ours')}.base`,
    `00000002-${hash('again')}`,
  ]);
  expect(readFileSync(join(path, `00000001-${hash('edited')}`), 'utf8')).toBe('edited');
  expect(
    [path, ...names().map((name) => join(path, name))].map((each) => statSync(each).mode & 0o777),
  ).toEqual([0o700, 0o600, 0o600, 0o600]);
});

test('the newest 50 are kept, and one that comes again is the newest once more', () => {
  const { edits, names } = makeEdits();
  for (let i = 0; i < 50; i++) edits.keep(Buffer.from(`edit ${i}`), null);
  edits.keep(Buffer.from('edit 0'), null);
  edits.keep(Buffer.from('edit 50'), null);
  const has = (text: string): boolean => edits.find({ sha256: hash(text), base: null }) !== null;
  expect([names().length, has('edit 0'), has('edit 1'), has('edit 2'), has('edit 50')]).toEqual([
    50,
    true,
    false,
    true,
    true,
  ]);
});

test('ten mebibytes are kept, and no edit that is larger', () => {
  const { edits, names } = makeEdits();
  for (let i = 0; i < 5; i++) edits.keep(Buffer.alloc(3 * MEBIBYTE, i), null);
  expect(names().length).toBe(3);
  const most = Buffer.alloc(10 * MEBIBYTE, 9);
  edits.keep(most, Buffer.from('its base, for which there is no room'));
  expect(names()).toEqual([`00000006-${hash(most)}`]);
  expect(() => edits.keep(Buffer.alloc(10 * MEBIBYTE + 1), null)).toThrow(
    expect.objectContaining({ code: 'STATE_UNUSABLE', message: expect.stringContaining('10 MiB') }),
  );
  expect(names().length).toBe(1);
});

test('a damaged edit is not found, and one with a damaged base has none', () => {
  const { path, edits } = makeEdits();
  edits.keep(Buffer.from('one'), Buffer.from('base'));
  edits.keep(Buffer.from('two'), Buffer.from('base'));
  truncateSync(join(path, `00000001-${hash('one')}`), 1);
  writeFileSync(join(path, `00000002-${hash('base')}.base`), 'other');
  expect(edits.find({ sha256: hash('one'), base: hash('base') })).toBeNull();
  expect(edits.find({ sha256: hash('two'), base: hash('base') })).toMatchObject({ base: null });
});

test('a sweep removes temporaries and nothing else, and never throws', () => {
  const { path, edits, names } = makeEdits();
  edits.keep(Buffer.from('one'), null);
  writeFileSync(join(path, `.00000002-${hash('two')}.0123456789abcdef.tmp`), 't');
  writeFileSync(join(path, 'of somebody'), '');
  edits.sweep();
  expect(names()).toEqual([`00000001-${hash('one')}`, 'of somebody']);
  chmodSync(path, 0o777);
  expect(() => edits.sweep()).not.toThrow();
});

test('a directory that others can write to is refused', () => {
  const { path, edits } = makeEdits();
  edits.keep(Buffer.from('one'), null);
  chmodSync(path, 0o770);
  expect(() => edits.keep(Buffer.from('two'), null)).toThrow(
    expect.objectContaining({ code: 'STATE_UNUSABLE' }),
  );
});
