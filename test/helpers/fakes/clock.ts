import type { Clock } from '../../../src/ports.ts';

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #nowMs: number;

  constructor(start = '2026-01-02T03:04:05.000Z') {
    this.#nowMs = Date.parse(start);
  }

  now(): Date {
    return new Date(this.#nowMs);
  }

  /** Moves the clock; a negative number acts as a clock that was set back. */
  advance(milliseconds: number): void {
    this.#nowMs += milliseconds;
  }
}
