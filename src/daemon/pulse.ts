/** Knows whether a daemon still turns: whether the turn that it is in, if any, has not outlasted its deadline. */
export class Pulse {
  readonly #limitMs: number;
  #isLate = false;

  /** `limitMs`: the longest time from the first look of a turn to the end of its run. */
  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get isBeating(): boolean {
    return !this.#isLate;
  }

  /** Watches one turn; the next one begins after it. A timer is no clock: nobody can set it. */
  async watch<T>(turn: Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.#isLate = true;
    }, this.#limitMs);
    try {
      return await turn;
    } finally {
      clearTimeout(timer);
      this.#isLate = false;
    }
  }
}
