import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileNoticeBook } from '../../src/adapters/notice-book.ts';
import { NO_NOTICES } from '../../src/core/notice/saved-memory.ts';
import { FakeLog } from '../helpers/fakes/log.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const MEMORY = { ...NO_NOTICES, runs: { ...NO_NOTICES.runs, live: '1'.repeat(40) } };

function open(state = join(temporaryDirectory(), 'state')) {
  const log = new FakeLog();
  return { state, file: join(state, 'notices.json'), log, book: fileNoticeBook(state, log) };
}

describe('a book', () => {
  test('is empty before anything was written, and makes nothing by being read', () => {
    const { book, state } = open();
    expect(book.read()).toEqual(NO_NOTICES);
    expect(existsSync(state)).toBe(false);
  });

  test('is read by other processes as it was written, and by this user alone', () => {
    const { book, state, file } = open();
    expect(book.write(MEMORY)).toBe(true);
    expect(open(state).book.read()).toEqual(MEMORY);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['cut off', (file: string) => writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5))],
    ['something else', (file: string) => writeFileSync(file, '[]')],
    ['no text', (file: string) => writeFileSync(file, Buffer.from([0xff, 0, 0xfe]))],
    [
      'a link',
      (file: string) => {
        rmSync(file);
        symlinkSync('/etc/passwd', file);
      },
    ],
  ])('that is %s is empty, and written anew', (_what, damage) => {
    const { book, file } = open();
    book.write(MEMORY);
    damage(file);
    expect(book.read()).toEqual(NO_NOTICES);
    expect(book.write(MEMORY)).toBe(true);
    expect(book.read()).toEqual(MEMORY);
  });

  test('that cannot be written is remembered by this process, and told once', () => {
    const { book, log, state } = open();
    mkdirSync(state);
    chmodSync(state, 0o777); // a directory that others may write to is not trusted
    expect([book.write(MEMORY), book.write(MEMORY)]).toEqual([false, false]);
    expect(book.read()).toEqual(MEMORY);
    expect(open(state).book.read()).toEqual(NO_NOTICES);
    expect(log.names()).toEqual(['notices-unsaved']);
    chmodSync(state, 0o700);
    expect(book.write(MEMORY)).toBe(true);
    expect(open(state).book.read()).toEqual(MEMORY);
  });
});
