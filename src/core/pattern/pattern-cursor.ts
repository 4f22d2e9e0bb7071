/** Why a pattern is none, with the place in it. */
export class PatternError extends Error {}

/** Reads a pattern character by character. */
export class PatternCursor {
  readonly #characters: readonly string[];
  #at = 0;

  constructor(source: string) {
    this.#characters = [...source];
  }

  /** The next character, or the one `ahead` of it, without reading it; nothing at the end. */
  peek(ahead = 0): string {
    return this.#characters[this.#at + ahead] ?? '';
  }

  /** Reads a character. Throws PatternError at the end. */
  next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw this.error('it ends too early');
    this.#at++;
    return character;
  }

  /** Reads a character if it is this one. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at++;
    return true;
  }

  error(message: string): PatternError {
    return new PatternError(`${message} (at character ${this.#at + 1})`);
  }
}
