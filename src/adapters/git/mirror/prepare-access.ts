import { accessSync, constants } from 'node:fs';
import { ReconcileError } from '../../../core/errors.ts';
import { describe } from '../../errno.ts';
import type { Access } from '../access.ts';
import { makeAuthorization } from '../authorization.ts';
import { isPlainPath, renderAccess, renderSshCommand } from './hard-config.ts';

/** What one conversation with a server takes. */
export interface PreparedAccess {
  /** Text of the file with the credentials; empty: there are none. */
  readonly config: string;
  /** Without any credential of ours; a proxy's address may hold its own. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Reads what stands in files now, so that each can be renewed at any time. Throws CONFIG_INVALID for one that is missing
 * or cannot be used, which git and ssh would tell as a refusal by the server.
 */
export function prepareAccess(url: string, access: Access): PreparedAccess {
  const { caFile, identityFile, knownHostsFile } = access;
  if (caFile !== null) checkFile('CA file', caFile);
  if (identityFile !== null) checkPlainFile('identity file', identityFile);
  if (knownHostsFile !== null) checkPlainFile('known_hosts file', knownHostsFile);
  const authorization = makeAuthorization(access);
  return {
    config: renderAccess(url, { authorization, caFile }),
    env: { ...access.proxies, GIT_SSH_COMMAND: renderSshCommand(identityFile, knownHostsFile) },
  };
}

function checkPlainFile(what: string, path: string): void {
  if (!isPlainPath(path)) {
    const message = `${what} ${path} has a character other than letters, digits and ._/+=,@- in its path`;
    throw new ReconcileError('CONFIG_INVALID', message);
  }
  checkFile(what, path);
}

function checkFile(what: string, path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    throw new ReconcileError('CONFIG_INVALID', `${what} ${path} cannot be read: ${describe(error)}`, {
      cause: error,
    });
  }
}
