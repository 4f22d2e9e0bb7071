import { existsSync, fsyncSync, unlinkSync } from 'node:fs';
import { parsePause } from '../core/daemon/restraint.ts';
import type { Pauses } from '../ports/daemon.ts';
import { ensureDirectory } from './directory.ts';
import { errnoOf } from './errno.ts';
import { inOwnDirectory, OWN_DIRECTORY } from './own-directory.ts';
import { readOwnFile, writeOwnFile } from './own-file.ts';

const FILE = 'pause.json';

/** A pause in `pause.json` of the state directory (0600). */
export function filePauses(stateDir: string): Pauses {
  return {
    read() {
      if (!existsSync(stateDir)) return null;
      return inOwnDirectory(stateDir, `cannot read ${stateDir}/${FILE}`, (directory) => {
        const bytes = readOwnFile(directory, FILE);
        return bytes === null ? null : parsePause(bytes.toString('utf8'));
      });
    },
    write(pause) {
      ensureDirectory(stateDir, OWN_DIRECTORY);
      inOwnDirectory(stateDir, `cannot write ${stateDir}/${FILE}`, (directory) => {
        if (pause !== null) return writeOwnFile(directory, FILE, Buffer.from(`${JSON.stringify(pause)}\n`));
        removeIfThere(directory.at(FILE));
        fsyncSync(directory.fd);
      });
    },
  };
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
