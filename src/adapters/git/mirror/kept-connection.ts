import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseRemote } from '../../../core/git/remote.ts';
import { sha256 } from '../../../core/sha256.ts';
import type { Access } from '../access.ts';
import { removeTree } from './clone-directory.ts';
import type { KeptConnection } from './ssh-command.ts';
import { isPlainPath } from './ssh-command.ts';

/** sockaddr_un holds 107 bytes, and ssh makes the socket under a name that is 17 bytes longer. */
const SOCKET_BYTES = 107 - 17;

/**
 * The connection that a call to this server may use, and may leave for the next one: a key exchange takes 200 ms and
 * 65 ms of CPU on both sides, a question over a connection that is there 25 ms. Null where none is kept: it is
 * not asked for, the server is not spoken to by ssh, the path is too long for a socket, or ssh would look for keys in files
 * that the host's configuration does not name.
 *
 * Its name holds what it was opened with. Where the key or the list of known servers is another one now, the connection is not
 * used again, so that a server that was taken off the list is refused at the next call.
 */
export function findConnection(
  directory: string,
  { url, access }: { readonly url: string; readonly access: Access },
): KeptConnection | null {
  const { keptSeconds: seconds, identityFile, knownHostsFile } = access;
  if (seconds === 0 || identityFile === null || knownHostsFile === null || !isSsh(url)) return null;
  const files = [identityFile, knownHostsFile].map((path) => [path, sha256(readFileSync(path))]);
  const name = sha256(JSON.stringify([url, ...files])).slice(0, 16);
  const socket = join(directory, name);
  if (Buffer.byteLength(socket) > SOCKET_BYTES || !isPlainPath(socket)) return null;
  prepareDirectory(directory, name);
  return { socket, seconds };
}

/** Whether there is one that the next call would use. It may be dead all the same. */
export function isOpen({ socket }: KeptConnection): boolean {
  return existsSync(socket);
}

/** No later call uses it. Its ssh ends by itself when it was idle for its time. */
export function forgetConnection({ socket }: KeptConnection): void {
  removeTree(socket);
}

function isSsh(url: string): boolean {
  const parsed = parseRemote(url);
  return 'remote' in parsed && parsed.remote.kind === 'ssh';
}

/** Whoever can reach a socket can use our key: a directory that others can enter is not used, and made anew. */
function prepareDirectory(directory: string, name: string): void {
  const stats = lstatSync(directory, { throwIfNoEntry: false });
  const isOurs = stats?.uid === process.geteuid?.() && (stats?.mode ?? 0) % 0o1000 === 0o700;
  if (!isOurs || stats?.isDirectory() !== true) {
    removeTree(directory);
    mkdirSync(directory, { mode: 0o700 });
  }
  for (const other of readdirSync(directory)) if (!other.startsWith(name)) removeTree(join(directory, other));
}
