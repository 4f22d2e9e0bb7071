import type { Forge } from './forge.ts';

/** 128 bits, where each of them is random. */
const LEAST_BYTES = 16;

/**
 * The secret in a file. One newline at its end is not part of it, because every editor puts one there. What is wrong is
 * said without a byte of it.
 */
export function parseSecret(bytes: Uint8Array, forge: Forge): { secret: Uint8Array } | { wrong: string } {
  const secret = bytes.at(-1) === 0x0a ? bytes.subarray(0, -1) : bytes;
  if (secret.some((byte) => byte < 0x20 || byte === 0x7f))
    return { wrong: 'it has more than one line, or a control character' };
  if (secret.length < LEAST_BYTES)
    return {
      wrong: `it has ${secret.length} bytes, fewer than ${LEAST_BYTES}: \`openssl rand -hex 32\` makes one`,
    };
  if (forge.signature.makeKey(secret) === null) return { wrong: `no secret of ${forge.name} looks so` };
  return { secret };
}
