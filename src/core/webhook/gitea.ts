import { readOneChange } from './change.ts';
import type { Forge } from './forge.ts';
import { makeHmacSignature } from './signature.ts';

/**
 * Gitea and its relatives differ only in the names of headers; those of the others, which they send too, are not looked
 * at. A form is not taken: what they sign is the JSON in it, not what is sent.
 */
function makeForge(name: string): Forge {
  const prefix = `x-${name.toLowerCase()}`;
  return {
    name,
    signature: makeHmacSignature(`${prefix}-signature`, ''),
    event: { header: `${prefix}-event`, kinds: new Map([['push', 'push']]) },
    idHeader: `${prefix}-delivery`,
    bodies: ['json'],
    readChanges: readOneChange,
  };
}

/** docs.gitea.com, "Webhooks". Its test delivery is a push. */
export const gitea = makeForge('Gitea');

/** forgejo.org/docs, "Webhooks". */
export const forgejo = makeForge('Forgejo');

/** gogs.io, "Webhooks". */
export const gogs = makeForge('Gogs');
