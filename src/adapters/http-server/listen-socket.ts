import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  lstatSync,
  readdirSync,
  unlinkSync,
} from 'node:fs';
import type { Server } from 'node:net';
import { connect } from 'node:net';
import { basename, dirname } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import type { Directory } from '../directory.ts';
import { ensureDirectory, openDirectory } from '../directory.ts';
import { describe, errnoOf } from '../errno.ts';
import { OWN_DIRECTORY } from '../own-directory.ts';
import { checkPassage } from './check-passage.ts';

export interface SocketPlace {
  readonly path: string;
  /** Members of this group may connect; null: this user alone. */
  readonly gid: number | null;
}

/** unix(7): `sun_path` has 108 bytes, the last of which is NUL. */
const LONGEST_PATH = 107;

/**
 * Listens on a unix socket (0600, with a group 0660). Its directory is made (0700, with a group 0750) where it is missing, in
 * a safe parent. A socket that a killed daemon left is replaced, one behind which somebody answers is not, nor anything
 * else. Throws CONFIG_INVALID. The directory is held until the server is closed, which takes the socket away.
 */
export async function listenSocket(server: Server, place: SocketPlace): Promise<void> {
  try {
    const directory = openPlace(place);
    server.once('close', () => closeSync(directory.fd));
    await removeStale(directory.at(basename(place.path)));
    await bind(server, directory, place);
  } catch (error) {
    const message = `cannot listen on control.socket ${place.path}: ${describe(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}

function openPlace({ path, gid }: SocketPlace): Directory {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Error(`a socket can have a path of ${LONGEST_PATH} bytes at most`);
  ensureDirectory(dirname(path), OWN_DIRECTORY);
  const directory = openDirectory(dirname(path), OWN_DIRECTORY);
  try {
    if (isOurs(directory, basename(path))) {
      fchmodSync(directory.fd, gid === null ? 0o700 : 0o750);
      if (gid !== null) fchownSync(directory.fd, process.geteuid?.() ?? 0, gid);
    }
    if (gid !== null) checkPassage(dirname(path), gid);
    return directory;
  } catch (error) {
    closeSync(directory.fd);
    throw error;
  }
}

/** A directory with other things in it, such as /run, is left as it is. */
function isOurs(directory: Directory, socket: string): boolean {
  const { uid } = fstatSync(directory.fd);
  return uid === process.geteuid?.() && readdirSync(directory.at('.')).every((name) => name === socket);
}

async function removeStale(path: string): Promise<void> {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error('something else stands there');
  if (await isAnswered(path)) throw new Error('another program listens there');
  unlinkSync(path);
}

/** A socket behind which nobody is refuses; one that is too busy does not. */
async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  const answer = await once(socket, 'connect').then(
    () => true,
    (error: unknown) => errnoOf(error) !== 'ECONNREFUSED',
  );
  socket.destroy();
  return answer;
}

/** Nobody can connect before the mode is as it shall be. */
async function bind(server: Server, directory: Directory, { path, gid }: SocketPlace): Promise<void> {
  const name = directory.at(basename(path));
  const usual = process.umask(0o177);
  server.listen({ path: name }); // bind(2) before it returns
  process.umask(usual);
  await once(server, 'listening');
  if (gid === null) return;
  chownSync(name, process.geteuid?.() ?? 0, gid);
  chmodSync(name, 0o660);
}
