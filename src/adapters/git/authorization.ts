import { ReconcileError } from '../../core/errors.ts';
import { describe } from '../errno.ts';
import { readSecretFile } from '../secret-file.ts';
import type { Access } from './access.ts';

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
    const token = readSecretFile(path).toString('utf8').trim();
    if (token === '') throw new Error('it is empty');
    if (/\p{Cc}/u.test(token)) throw new Error('it has more than one line, or a control character');
    return token;
  } catch (error) {
    const message = `cannot read the token from ${path}: ${describe(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}
