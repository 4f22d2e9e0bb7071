import { existsSync } from 'node:fs';
import { ReconcileError } from '../core/errors.ts';
import type { NoticeMemory } from '../core/notice/saved-memory.ts';
import { formatMemory, NO_NOTICES, parseMemory } from '../core/notice/saved-memory.ts';
import type { NoticeBook } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';
import { sweepTemporaries } from './atomic-file.ts';
import { ensureDirectory } from './directory.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { readOwnFile, writeOwnFile } from './own-file.ts';

const FILE = 'notices.json';

/** The memory of notices in `notices.json` of the state directory (0600), and in this process where that cannot be written. */
export function fileNoticeBook(stateDir: string, log: Log): NoticeBook {
  let unsaved: NoticeMemory | null = null;
  return {
    read: () => unsaved ?? readMemory(stateDir),
    write(memory) {
      const problem = writeMemory(stateDir, memory);
      if (problem !== null && unsaved === null) log.event('warning', 'notices-unsaved', { message: problem });
      unsaved = problem === null ? null : memory;
      return problem === null;
    },
  };
}

function readMemory(stateDir: string): NoticeMemory {
  try {
    if (!existsSync(stateDir)) return NO_NOTICES;
    return inOwnDirectory(stateDir, `cannot read ${stateDir}/${FILE}`, (directory) => {
      const bytes = readOwnFile(directory, FILE);
      return bytes === null ? NO_NOTICES : parseMemory(bytes.toString('utf8'));
    });
  } catch (error) {
    if (error instanceof ReconcileError) return NO_NOTICES; // the run itself tells of such a directory
    throw error;
  }
}

/** Null: it is written. Else why not. */
function writeMemory(stateDir: string, memory: NoticeMemory): string | null {
  try {
    ensureDirectory(stateDir, OWN_DIRECTORY);
    inOwnDirectory(stateDir, `cannot write ${stateDir}/${FILE}`, (directory) => {
      sweepTemporaries(directory, FILE);
      writeOwnFile(directory, FILE, Buffer.from(formatMemory(memory)));
    });
    return null;
  } catch (error) {
    if (error instanceof ReconcileError) return error.message;
    throw error;
  }
}
