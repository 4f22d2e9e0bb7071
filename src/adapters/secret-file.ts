import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ReconcileError } from '../core/errors.ts';
import { describe } from './errno.ts';

const LARGEST_BYTES = 64 * 1024;
const OTHERS_READ = 0o004;

/**
 * What stands in a file with a secret. A link is followed, as secrets are mounted by links; a named pipe would keep us
 * waiting for ever. Throws node's own errors, and one for what is no regular file or too large.
 */
export function readSecretFile(path: string): Buffer {
  return withRegularFile(path, (fd) => readFileSync(fd));
}

/**
 * A secret of one line, without the space around it. Read at each use, so that it can be renewed at any time. `what` is what
 * messages call it. Throws CONFIG_INVALID when it is not one line in a regular file; never with anything of it.
 */
export function readSecretLine(path: string, what: string): string {
  try {
    const secret = readSecretFile(path).toString('utf8').trim();
    if (secret === '') throw new Error('it is empty');
    if (/\p{Cc}/u.test(secret)) throw new Error('it has more than one line, or a control character');
    return secret;
  } catch (error) {
    const message = `cannot read the ${what} from ${path}: ${describe(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}

/** Whether users who are nobody to the file may read it; false where it cannot be opened. */
export function isOpenToOthers(path: string): boolean {
  try {
    return withRegularFile(path, (fd) => (fstatSync(fd).mode & OTHERS_READ) !== 0);
  } catch {
    return false; // whoever reads it tells what is wrong with it
  }
}

function withRegularFile<T>(path: string, use: (fd: number) => T): T {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile()) throw new Error('it is no regular file');
    if (stats.size > LARGEST_BYTES) throw new Error(`it has more than ${LARGEST_BYTES} bytes`);
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
