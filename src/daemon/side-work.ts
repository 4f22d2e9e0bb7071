import type { Log } from '../ports.ts';

/** Work that must not stand in anybody's way. */
export class SideWork {
  readonly #log: Log;
  /** By name of the work, why it failed last. */
  readonly #told = new Map<string, string>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Null where it fails, for whatever reason: that is a warning, told again when it is another one. */
  try<T>(name: string, work: () => T): T | null {
    try {
      const result = work();
      this.#told.delete(name);
      return result;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (this.#told.get(name) !== reason) this.#log.event('warning', name, { reason });
      this.#told.set(name, reason);
      return null;
    }
  }
}
