import type { Delivery } from './delivery.ts';

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
