import { ReconcileError } from '../core/errors.ts';
import type { Directory, DirectoryRules } from './directory.ts';
import { withDirectory } from './directory.ts';
import { describe } from './errno.ts';

/** A directory of the program's own, for its memory or its lock. */
export const OWN_DIRECTORY: DirectoryRules = { code: 'STATE_UNUSABLE' };

/** Works in such a directory. Whatever fails in it is thrown as STATE_UNUSABLE, told as `failure: reason`. */
export function inOwnDirectory<T>(path: string, failure: string, work: (directory: Directory) => T): T {
  return withDirectory(path, OWN_DIRECTORY, (directory) => {
    try {
      return work(directory);
    } catch (error) {
      throw new ReconcileError('STATE_UNUSABLE', `${failure}: ${describe(error)}`, { cause: error });
    }
  });
}
