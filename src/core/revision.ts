import { sha256 } from './sha256.ts';

/**
 * Stands for the revision while the rest of the file is not known yet. NUL stands in no file of a repository and in
 * no value, so nothing else can be taken for it.
 */
export const REVISION_MARK = '\0';

/**
 * The name that a rendered file gives its own content: `pong ` and 16 hex digits of the sha256 of its bytes, with the
 * mark in the place of the name. Equal bytes have an equal revision, whatever the commit, template or labels they were
 * made of. `pong` is what php-fpm answers by default, and load balancers look for it.
 */
export function makeRevision(marked: string): string {
  return `pong ${sha256(marked).slice(0, 16)}`;
}
