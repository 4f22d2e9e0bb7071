import type { Socket } from 'node:net';

/** One daemon, one forge, one monitoring: more at once is somebody who means no good, or a mistake. */
const LIMIT = 32;

/**
 * The connections that are open, at most 32. Whoever comes when all are taken gets the place of the one that has been
 * waited for the longest: what is honest is read within milliseconds, so that slow ones keep nobody out. One whose
 * request has been read is never cut off for another.
 */
export class Connections {
  readonly #all = new Set<Socket>();
  /** Those whose request is not read yet, the oldest first. */
  readonly #waited = new Set<Socket>();

  /** Ends it at once where all the others are being answered. */
  add(socket: Socket): void {
    if (this.#all.size >= LIMIT && !this.#makeRoom()) {
      socket.destroy();
      return;
    }
    this.#all.add(socket);
    this.#waited.add(socket);
    socket.once('close', () => this.#forget(socket));
  }

  /** Its request has been read whole. */
  keep(socket: Socket): void {
    this.#waited.delete(socket);
  }

  /** Ends all of which nothing has been read whole. */
  endWaited(): void {
    for (const socket of this.#waited) socket.destroy();
  }

  #makeRoom(): boolean {
    for (const oldest of this.#waited) {
      oldest.destroy();
      this.#forget(oldest); // its event comes later
      return true;
    }
    return false;
  }

  #forget(socket: Socket): void {
    this.#all.delete(socket);
    this.#waited.delete(socket);
  }
}
