import { inspect } from 'node:util';

/** What a secret shows of itself wherever text is made of it. */
export const MASK = '***';

/**
 * The text of one environment variable, which knows whether it is a secret.
 *
 * Only `reveal()` gives the text of a secret; a string, JSON or inspection of it gives `***`, so that a
 * value which reaches a log or an error by accident stays hidden. The text never holds NUL and is well-formed
 * Unicode; its UTF-8 bytes are what php-fpm and the shell give back.
 */
export class Value {
  readonly #text: string;
  readonly secret: boolean;

  constructor(text: string, secret: boolean) {
    this.#text = text;
    this.secret = secret;
  }

  /** The text itself. Call it only where the bytes are made or compared. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return this.secret ? MASK : this.#text;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return this.toString();
  }
}
