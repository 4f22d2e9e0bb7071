import { randomBytes, randomUUID } from 'node:crypto';

/** Bytes that nobody can guess: for names of temporaries, keys and marks. The only place that asks for randomness. */
export function readRandomBytes(count: number): Buffer {
  return randomBytes(count);
}

/** A random UUID, RFC 9562 version 4. */
export function readRandomId(): string {
  return randomUUID();
}
