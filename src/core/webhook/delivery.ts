/** A webhook as it came in. Nothing of it is trusted yet. */
export interface Delivery {
  /** In the order received, repeated ones too; names in any case, values with one character for each byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}

/** What a delivery is. No text in it comes from the delivery but `id` and `after`, both of a checked form. */
export type Reading =
  | Refused
  /** The forge tries whether its webhook arrives. */
  | { readonly kind: 'ping' }
  /** Rightly signed, but nothing to do with the ref of this host. */
  | { readonly kind: 'ignored'; readonly why: string }
  | {
      readonly kind: 'push';
      /** Up to 200 printable characters of ASCII. Null: the forge sent none. Signed only where Standard Webhooks are. */
      readonly id: string | null;
      /** The ref that this host follows. */
      readonly ref: string;
      /** 40 or 64 hex digits, null where none came. A hint for the log: what is taken is what the probe finds. */
      readonly after: string | null;
    };

/** `why` may be answered and logged: it has neither a secret in it nor anything that was sent. */
export interface Refused {
  readonly kind: 'refused';
  readonly status: 400 | 401 | 403 | 413 | 415;
  readonly why: string;
}

/** What one push did to one ref. */
export interface Change {
  /** Full name; null: any ref may have changed. */
  readonly ref: string | null;
  readonly after: string | null;
  readonly deleted: boolean;
}

/** A delivery that ends here; `status` is of HTTP. */
export function refuse(status: Refused['status'], why: string): Refused {
  return { kind: 'refused', status, why };
}
