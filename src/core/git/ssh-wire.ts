/** Bytes that do not have the form that they should have. The message says in a few words what is wrong. */
export class MalformedError extends Error {}

/**
 * Reads the data types of RFC 4251 section 5 one after the other. No length is believed: all throw MalformedError where
 * the bytes end too early, and `end` where they do not end.
 */
export class WireReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  take(length: number): Buffer {
    if (length > this.#bytes.length - this.#at) throw new MalformedError('it is cut short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint32(): number {
    return this.take(4).readUInt32BE();
  }

  string(): Buffer {
    return this.take(this.uint32());
  }

  /** A name; bytes that are no ASCII make it one that nobody knows. */
  text(): string {
    return this.string().toString('latin1');
  }

  /** The magnitude of a positive `mpint` in its shortest form, without a zero in front. */
  positive(): Buffer {
    const bytes = this.string();
    const [first = 0, second = 0] = bytes;
    const isPadded = first === 0 && second >= 0x80 && bytes.length > 1;
    if (bytes.length === 0 || first >= 0x80 || (first === 0 && !isPadded))
      throw new MalformedError('a number in it is not positive, or not in its shortest form');
    return isPadded ? bytes.subarray(1) : bytes;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new MalformedError('something follows its end');
  }
}
