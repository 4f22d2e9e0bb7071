import { sweepTemporaries } from './atomic-file.ts';
import type { Directory } from './directory.ts';
import { ensureDirectory, withDirectory } from './directory.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { createOwnFile, readOwnFile, writeOwnFile } from './own-file.ts';
import { readRandomBytes } from './randomness.ts';

const FILE = 'mask.key';
const LENGTH = 32;

/**
 * The 32 random bytes with which this host marks secrets in its output: made once (0600, durable) and the same for
 * ever after, whichever of several processes comes first. A key of another length is damaged and made anew; marks in
 * older logs then compare with nothing. Throws STATE_UNUSABLE.
 */
export function maskKey(stateDir: string): Uint8Array {
  ensureDirectory(stateDir, OWN_DIRECTORY);
  return inOwnDirectory(stateDir, `cannot read or make ${stateDir}/${FILE}`, (directory) => {
    sweepTemporaries(directory, FILE);
    return readKey(directory) ?? makeKey(directory);
  });
}

/** The key as it is, or bytes for this one output where there is none yet: a dry run makes nothing. Never throws. */
export function borrowMaskKey(stateDir: string): Uint8Array {
  try {
    return withDirectory(stateDir, OWN_DIRECTORY, readKey) ?? readRandomBytes(LENGTH);
  } catch {
    return readRandomBytes(LENGTH); // no state directory yet, or not ours to read
  }
}

function readKey(directory: Directory): Uint8Array | null {
  const bytes = readOwnFile(directory, FILE);
  return bytes?.length === LENGTH ? bytes : null;
}

function makeKey(directory: Directory): Uint8Array {
  createOwnFile(directory, FILE, readRandomBytes(LENGTH));
  const made = readKey(directory);
  if (made !== null) return made;
  const replacement = readRandomBytes(LENGTH);
  writeOwnFile(directory, FILE, replacement);
  return replacement;
}
