import { dirname } from 'node:path';
import { ReconcileError } from '../core/errors.ts';
import type { ObservedFile } from '../core/types.ts';
import type { FileStore } from '../ports.ts';
import { sweepTemporaries } from './atomic-file.ts';
import type { DirectoryRules } from './directory.ts';
import { withDirectory } from './directory.ts';
import { describe } from './errno.ts';
import { install } from './install.ts';
import { observeEntry, splitDestination } from './observe-entry.ts';

export interface FileStoreOptions {
  /** Users besides root and ourselves who may own the directories of a destination. */
  readonly owners?: readonly number[];
}

/**
 * The destinations on this host's disk. Every call is synchronous: a kill falls between two system calls of one
 * thread, and wherever it falls, each destination is a complete old or a complete new file.
 *
 * Does not keep ACLs, extended attributes or SELinux labels of a file that it replaces: node has no calls for them,
 * and labels come from the policy of the directory. An edit that lands between the last look at a destination and
 * its rename, some microseconds later, is overwritten.
 */
export function fileStore(options: FileStoreOptions = {}): FileStore {
  const rules: DirectoryRules = { code: 'DESTINATION_UNSAFE', owners: options.owners ?? [] };
  return {
    observe: (path) => observePath(path, rules),
    install: (changes) => install(changes, rules),
    sweep: (paths) => {
      for (const path of paths) sweepPath(path, rules);
    },
  };
}

function observePath(path: string, rules: DirectoryRules): ObservedFile {
  const name = splitDestination(path);
  return withDirectory(dirname(path), rules, (directory) => {
    try {
      return observeEntry(directory, name);
    } catch (error) {
      throw new ReconcileError('DESTINATION_UNSAFE', `cannot read ${path}: ${describe(error)}`, {
        cause: error,
      });
    }
  });
}

function sweepPath(path: string, rules: DirectoryRules): void {
  const name = splitDestination(path);
  withDirectory(dirname(path), rules, (directory) => {
    try {
      sweepTemporaries(directory, name);
    } catch (error) {
      const message = `cannot remove temporaries beside ${path}: ${describe(error)}`;
      throw new ReconcileError('DESTINATION_UNSAFE', message, { cause: error });
    }
  });
}
