import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { EditFile } from '../core/kept-edits.ts';
import { chooseDropped, EDIT_LIMITS, formatEditName, pairEdits, parseEditName } from '../core/kept-edits.ts';
import { sha256 } from '../core/sha256.ts';
import type { Edits, KeptEdit } from '../ports.ts';
import { removeEntry, sweepTemporaries } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory } from './directory.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { readOwnFile, writeOwnFile } from './own-file.ts';

const DIRECTORY = 'edits';

/** Edits in `edits/` of the state directory (0700), each in a file of its own (0600) that is the edit, byte for byte. */
export function fileEdits(stateDir: string): Edits {
  const path = join(stateDir, DIRECTORY);
  const using = <T>(work: (directory: Directory) => T): T =>
    inOwnDirectory(path, `cannot keep edits in ${path}`, work);
  return {
    keep(content, base) {
      ensureDirectory(stateDir, OWN_DIRECTORY);
      ensureDirectory(path, OWN_DIRECTORY);
      using((directory) => keepEdit(directory, content, base));
    },
    find: (edit) => (existsSync(path) ? using((directory) => findEdit(directory, edit)) : null),
    sweep() {
      try {
        if (existsSync(path)) using((directory) => sweepTemporaries(directory, null));
      } catch {
        // What is left takes space and no more; the next run tries again.
      }
    },
  };
}

/** The base first, so that where the edit is, its base is too. */
function keepEdit(directory: Directory, content: Uint8Array, base: Uint8Array | null): void {
  const { bytes } = EDIT_LIMITS;
  if (content.length > bytes) throw new Error(`it has more than ${bytes / 1024 / 1024} MiB`);
  const number = (pairEdits(listFiles(directory))[0]?.edit.number ?? 0) + 1;
  if (base !== null && content.length + base.length <= bytes)
    writeEdit(directory, { number, isBase: true }, base);
  writeEdit(directory, { number, isBase: false }, content);
  dropEdits(directory);
}

function writeEdit(directory: Directory, file: Omit<EditFile, 'sha256'>, bytes: Uint8Array): void {
  writeOwnFile(directory, formatEditName({ ...file, sha256: sha256(bytes) }), bytes);
}

function dropEdits(directory: Directory): void {
  const sizeOf = (file: EditFile): number => lstatSync(directory.at(formatEditName(file))).size;
  try {
    for (const file of chooseDropped(listFiles(directory), sizeOf))
      removeEntry(directory, formatEditName(file));
  } catch {
    // The new one is kept, which counts; what stays too long goes with the next.
  }
}

function findEdit(directory: Directory, wanted: Parameters<Edits['find']>[0]): KeptEdit | null {
  const pairs = pairEdits(listFiles(directory)).filter(({ edit }) => edit.sha256 === wanted.sha256);
  const same = pairs.find(({ base }) => base !== null && base.sha256 === wanted.base);
  const found = same ?? pairs[0];
  const bytes = found === undefined ? null : readEdit(directory, found.edit);
  if (found === undefined || bytes === null) return null;
  const base = same?.base ? readEdit(directory, same.base) : null;
  return { path: join(directory.path, formatEditName(found.edit)), bytes, base };
}

/** Null where it is damaged. */
function readEdit(directory: Directory, file: EditFile): Uint8Array | null {
  const bytes = readOwnFile(directory, formatEditName(file));
  return bytes !== null && sha256(bytes) === file.sha256 ? bytes : null;
}

function listFiles(directory: Directory): readonly EditFile[] {
  return readdirSync(directory.at('.')).flatMap((name) => parseEditName(name) ?? []);
}
