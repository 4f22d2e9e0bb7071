import { readSecretLine } from '../secret-file.ts';
import type { Access } from './access.ts';

/**
 * What shows who we are (RFC 7617), for the header `Authorization`; sent before the server asks for it, which saves a
 * request. Null without a token file. The file is read each time. Throws CONFIG_INVALID when it is not one line in a
 * regular file.
 */
export function makeAuthorization({ username, tokenFile }: Access): string | null {
  if (tokenFile === null) return null;
  const pair = `${username}:${readSecretLine(tokenFile, 'token')}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}
