import { closeSync, constants, existsSync, fsyncSync, openSync, readSync } from 'node:fs';
import type { HistoryEntry, HistoryLine } from '../core/history-entry.ts';
import { sha256 } from '../core/sha256.ts';
import type { History } from '../ports.ts';
import { writeAll } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory } from './directory.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { readOwnFile, statOwnFile, useOwnFile } from './own-file.ts';

const FILE = 'history.jsonl';
/** What the first line names in the place of a line before it. */
const BEGINNING = sha256('');
/** A line is read back from the end in steps of this many bytes. */
const STEP = 4096;

/**
 * The history in `history.jsonl` of the state directory (0600): one JSON object in each line, `previous` is the sha256
 * (hex) of the bytes of the line before it. A line that was changed or taken out later shows at the line behind it;
 * lines taken off the end do not.
 *
 * A line is appended by one write and made durable. What a power cut leaves of one stays as it is, on a line of its own.
 */
export function fileHistory(stateDir: string): History {
  return {
    append: (entry) => {
      ensureDirectory(stateDir, OWN_DIRECTORY);
      using(stateDir, (directory) => appendEntry(directory, entry));
    },
    read: () => (existsSync(stateDir) ? using(stateDir, readLines) : []),
    last: () => (existsSync(stateDir) ? using(stateDir, readLastEntry) : null),
  };
}

function using<T>(path: string, work: (directory: Directory) => T): T {
  return inOwnDirectory(path, `history ${path}/${FILE}`, work);
}

/** Written at its position, so that a failed or short write of an earlier run is behind a line end of its own. */
function appendEntry(directory: Directory, entry: HistoryEntry): void {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const fd = openSync(directory.at(FILE), flags, 0o600);
  try {
    const { size } = statOwnFile(fd, FILE);
    const last = readLastLine(fd, size);
    const line = JSON.stringify({ previous: last === null ? BEGINNING : sha256(last.bytes), ...entry });
    const text = `${last === null || last.isWhole ? '' : '\n'}${line}\n`;
    writeAll(fd, Buffer.from(text), size);
    fsyncSync(fd);
    if (size === 0) fsyncSync(directory.fd);
  } finally {
    closeSync(fd);
  }
}

interface LastLine {
  /** Without its line end. */
  readonly bytes: Buffer;
  readonly isWhole: boolean;
}

function readLastLine(fd: number, size: number): LastLine | null {
  let tail = Buffer.alloc(0);
  for (let start = size; start > 0; ) {
    const length = Math.min(STEP, start);
    start -= length;
    const block = Buffer.alloc(length);
    readSync(fd, block, 0, length, start);
    tail = Buffer.concat([block, tail]);
    const isWhole = tail.at(-1) === LINE_END;
    const end = isWhole ? tail.length - 1 : tail.length;
    const before = end === 0 ? -1 : tail.lastIndexOf(LINE_END, end - 1);
    if (before >= 0 || start === 0) return { bytes: tail.subarray(before + 1, end), isWhole };
  }
  return null;
}

const LINE_END = 0x0a;

function readLastEntry(directory: Directory): HistoryEntry | null {
  const last = useOwnFile(directory, FILE, (fd, { size }) => readLastLine(fd, size));
  const line = last === null ? null : toLine(last.bytes.toString('latin1'), '');
  return line?.kind === 'entry' ? line.entry : null;
}

/** As latin1, so that a cut character keeps its bytes and with them its hash. */
function readLines(directory: Directory): readonly HistoryLine[] {
  const text = readOwnFile(directory, FILE)?.toString('latin1') ?? '';
  const lines = text.split('\n').filter((line, i, all) => line !== '' || i < all.length - 1);
  return lines.map((line, i) => toLine(line, lines[i - 1] ?? ''));
}

function toLine(line: string, before: string): HistoryLine {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(line, 'latin1').toString('utf8'));
    const { previous, ...found } = parsed as HistoryEntry & { readonly previous: unknown };
    const entry: HistoryEntry = { ...found, edits: found.edits ?? [] }; // older lines have none
    return { kind: 'entry', entry, isBound: previous === sha256(Buffer.from(before, 'latin1')) };
  } catch {
    return { kind: 'cut' };
  }
}
