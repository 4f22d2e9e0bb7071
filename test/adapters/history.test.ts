import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fileHistory } from '../../src/adapters/history.ts';
import type { HistoryEntry } from '../../src/core/history-entry.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const ENTRY: HistoryEntry = {
  at: '2026-11-22T12:00:00.000Z',
  head: 'a'.repeat(40),
  content: 'a'.repeat(40),
  outcome: 'applied',
  changes: [{ path: '/etc/a', kind: 'replace', itemize: '>fc.T......', before: null, after: 'b' }],
  reloads: 1,
  error: null,
  edits: [],
};

/** A history with three lines: its directory and the path of its file. */
function threeLines(): { readonly state: string; readonly file: string } {
  const state = join(temporaryDirectory(), 'state');
  for (const reloads of [1, 2, 3]) fileHistory(state).append({ ...ENTRY, reloads });
  return { state, file: join(state, 'history.jsonl') };
}

function boundLines(state: string): readonly unknown[] {
  return fileHistory(state)
    .read()
    .map((line) => (line.kind === 'cut' ? 'cut' : line.isBound));
}

test('a host without a history has no lines, and reading makes nothing', () => {
  const state = join(temporaryDirectory(), 'state');
  expect(fileHistory(state).read()).toEqual([]);
  expect(() => statSync(state)).toThrow();
});

test('what was appended is read back in order, for our eyes only', () => {
  const { state, file } = threeLines();
  const lines = fileHistory(state).read();
  expect(lines.map((line) => line.kind === 'entry' && line.entry)).toEqual(
    [1, 2, 3].map((reloads) => ({ ...ENTRY, reloads })),
  );
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

describe('each line is bound to the one before it', () => {
  test('so that nothing is said of a history as it was written', () => {
    expect(boundLines(threeLines().state)).toEqual([true, true, true]);
  });

  test('so that a changed line shows behind it', () => {
    const { state, file } = threeLines();
    writeFileSync(file, readFileSync(file, 'utf8').replace('"reloads":2', '"reloads":0'));
    expect(boundLines(state)).toEqual([true, true, false]);
  });

  test('so that a removed line shows in its place', () => {
    const { state, file } = threeLines();
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, lines.filter((_, i) => i !== 1).join('\n'));
    expect(boundLines(state)).toEqual([true, false]);
  });

  test('also a line longer than one block of the disk', () => {
    const { state } = threeLines();
    const message = 'ü'.repeat(10_000);
    fileHistory(state).append({ ...ENTRY, error: { code: 'TREE_BROKEN', message } });
    fileHistory(state).append(ENTRY);
    expect(boundLines(state)).toEqual([true, true, true, true, true]);
  });
});

test.each([1, 17, 60])(
  'a last line that lost its last %i bytes stays, and the next one follows it',
  (lost) => {
    const { state, file } = threeLines();
    appendFileSync(file, '');
    truncateSync(file, statSync(file).size - lost);
    fileHistory(state).append(ENTRY);
    const whole = lost === 1;
    expect(boundLines(state)).toEqual([true, true, whole ? true : 'cut', true]);
  },
);

describe('the newest line', () => {
  test('is read without the others', () => {
    const { state, file } = threeLines();
    const lines = readFileSync(file, 'utf8').split('\n');
    writeFileSync(file, ['damaged', ...lines.slice(1)].join('\n'));
    expect(fileHistory(state).last()).toEqual({ ...ENTRY, reloads: 3 });
  });

  test('that was cut is none', () => {
    const { state, file } = threeLines();
    truncateSync(file, statSync(file).size - 17);
    expect(fileHistory(state).last()).toBeNull();
  });

  test('of a host without a history is none', () => {
    const state = join(temporaryDirectory(), 'state');
    expect(fileHistory(state).last()).toBeNull();
    mkdirSync(state, { mode: 0o700 });
    expect(fileHistory(state).last()).toBeNull();
  });
});

test('a file that is no file of ours is STATE_UNUSABLE', () => {
  const { state, file } = threeLines();
  writeFileSync(file, '');
  const other = fileHistory(join(file, 'deeper'));
  expect(() => other.append(ENTRY)).toThrow(expect.objectContaining({ code: 'STATE_UNUSABLE' }));
  expect(fileHistory(state).read()).toEqual([]);
});
