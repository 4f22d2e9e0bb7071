import type { Change, Delivery } from './delivery.ts';
import type { Payload } from './payload.ts';

/** The senders that are known. GitLab has two ways to prove itself; the host says which, and no other is taken. */
export const FORGE_NAMES = [
  'github',
  'gitlab',
  'gitlab-signed',
  'gitea',
  'forgejo',
  'gogs',
  'bitbucket',
  'bitbucket-server',
  'generic',
] as const;

export type ForgeName = (typeof FORGE_NAMES)[number];

/** How one kind of sender is proven and read. Names of headers are in lower case. */
export interface Forge {
  /** For people. */
  readonly name: string;
  readonly signature: Signature;
  /** Which values of a header are a push and a ping; all others are other events. Null: each delivery is a push. */
  readonly event: { readonly header: string; readonly kinds: ReadonlyMap<string, 'push' | 'ping'> } | null;
  /** The header that stays the same when a delivery is sent again. */
  readonly idHeader: string;
  /** The forms in which a body is taken. */
  readonly bodies: readonly BodyForm[];
  /** What a push changed; null for a payload that has not the shape of one. */
  readonly readChanges: (payload: Payload) => readonly Change[] | null;
}

/** `form`: JSON in the one field `payload` of a form. `empty`: no body at all, the same as `{}`. */
export type BodyForm = 'json' | 'form' | 'empty';

/** How a sender shows that it knows a secret. */
export interface Signature {
  /** Each must be there once. */
  readonly headers: readonly string[];
  /** The key that a secret stands for. Null: no secret of this sender looks so, which configuration refuses. */
  readonly makeKey: (secret: Uint8Array) => Uint8Array | null;
  /** Whether the key signed the delivery, in a time that tells nothing of the key. */
  readonly isRight: (key: Uint8Array, delivery: Delivery) => boolean;
  /** Whether it was signed just now; always true where the time is not signed. */
  readonly isTimely: (delivery: Delivery) => boolean;
}
