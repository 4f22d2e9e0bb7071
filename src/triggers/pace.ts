/** Calls at once, and for all that comes within `ms` after that once more at its end. */
export class Pace {
  readonly #call: () => void;
  readonly #ms: number;
  #timer: NodeJS.Timeout | null = null;
  #isWanted = false;

  constructor(call: () => void, ms: number) {
    this.#call = call;
    this.#ms = ms;
  }

  ask(): void {
    if (this.#timer === null) this.#go();
    else this.#isWanted = true;
  }

  /** Nothing is called any more. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#isWanted = false;
  }

  #go(): void {
    this.#isWanted = false;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#isWanted) this.#go();
    }, this.#ms);
    this.#call();
  }
}
