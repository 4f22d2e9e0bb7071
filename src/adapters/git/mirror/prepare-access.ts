import { accessSync, constants } from 'node:fs';
import { ReconcileError } from '../../../core/errors.ts';
import { describe } from '../../errno.ts';
import type { Access } from '../access.ts';
import { makeAuthorization } from '../authorization.ts';
import { renderAccess } from './hard-config.ts';
import { findConnection } from './kept-connection.ts';
import type { KeptConnection } from './ssh-command.ts';
import { isPlainPath, renderSshCommand } from './ssh-command.ts';

/** What one conversation with a server takes. */
export interface PreparedAccess {
  /** Text of the file with the credentials; empty: there are none. */
  readonly config: string;
  /** Without any credential of ours; a proxy's address may hold its own. */
  readonly env: Readonly<Record<string, string>>;
  /** Null: each call makes one of its own. */
  readonly connection: KeptConnection | null;
}

/** Where a server is and how it is spoken to. */
export interface Remote {
  readonly url: string;
  readonly access: Access;
  /** Directory for connections that are kept, in one that is there. */
  readonly connections: string;
}

/**
 * Reads what stands in files now, so that each can be renewed at any time. Throws CONFIG_INVALID for one that is missing
 * or cannot be used, which git and ssh would tell as a refusal by the server.
 */
export function prepareAccess({ url, access, connections }: Remote): PreparedAccess {
  const { caFile, identityFile, knownHostsFile } = access;
  if (caFile !== null) checkFile('CA file', caFile);
  if (identityFile !== null) checkPlainFile('identity file', identityFile);
  if (knownHostsFile !== null) checkPlainFile('known_hosts file', knownHostsFile);
  const authorization = makeAuthorization(access);
  const connection = findConnection(connections, { url, access });
  const command = renderSshCommand({ identityFile, knownHostsFile, connection });
  return {
    config: renderAccess(url, { authorization, caFile }),
    env: { ...access.proxies, GIT_SSH_COMMAND: command },
    connection,
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
