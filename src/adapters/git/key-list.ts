import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import { explainStranger, withDirectory } from '../directory.ts';
import { describe, errnoOf } from '../errno.ts';
import { openEntry } from '../observe-entry.ts';

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads a list of keys that the host configuration names, whole. Whoever may write it decides who may deploy, so it and
 * the directories on its way have to be as sshd wants them of authorized_keys (sshd_config(5), StrictModes): root's or
 * ours, written by nobody else, and no links. Throws CONFIG_INVALID.
 */
export function readKeyList(file: string): Buffer {
  try {
    return withDirectory(dirname(file), { code: 'CONFIG_INVALID' }, (directory) => {
      const fd = openEntry(directory, basename(file));
      try {
        checkList(fd);
        return readFileSync(fd);
      } finally {
        closeSync(fd);
      }
    });
  } catch (error) {
    const why = errnoOf(error) === 'ELOOP' ? 'it is a link; name the real path' : describe(error);
    throw new ReconcileError('CONFIG_INVALID', `cannot use the list of keys ${file}: ${why}`, {
      cause: error,
    });
  }
}

function checkList(fd: number): void {
  const stats = fstatSync(fd);
  if (!stats.isFile()) throw new Error('it is no regular file');
  if (stats.size > MAX_FILE_BYTES) throw new Error(`it has more than ${MAX_FILE_BYTES} bytes`);
  const why = explainStranger(stats);
  if (why !== null) throw new Error(`it ${why}`);
}
