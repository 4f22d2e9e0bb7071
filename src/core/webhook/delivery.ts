/** A webhook as it came in. Nothing of it is trusted yet. */
export interface Delivery {
  /** In the order received, repeated ones too; names in any case, values with one character for each byte. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  readonly receivedAt: Date;
}
