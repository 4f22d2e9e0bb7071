import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ReconcileError } from '../../core/errors.ts';
import { describe } from '../errno.ts';
import type { Access } from './access.ts';

const TOKEN_BYTES = 64 * 1024;

/**
 * What shows who we are (RFC 7617), for the header `Authorization`; sent before the server asks for it, which saves a
 * request. Null without a token file. The file is read each time. Throws CONFIG_INVALID when it is not one line in a
 * regular file.
 */
export function makeAuthorization({ username, tokenFile }: Access): string | null {
  if (tokenFile === null) return null;
  const pair = `${username}:${readToken(tokenFile)}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function readToken(path: string): string {
  try {
    const token = readRegularFile(path).trim();
    if (token === '') throw new Error('it is empty');
    if (/\p{Cc}/u.test(token)) throw new Error('it has more than one line, or a control character');
    return token;
  } catch (error) {
    const message = `cannot read the token from ${path}: ${describe(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}

/** A link is followed, as secrets are mounted by links; a named pipe would keep us waiting for ever. */
function readRegularFile(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > TOKEN_BYTES) throw new Error(`it has more than ${TOKEN_BYTES} bytes`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
