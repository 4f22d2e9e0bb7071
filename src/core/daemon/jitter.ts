import { sha256 } from '../sha256.ts';

/**
 * A part of `rangeMs` that is the same for a host for ever and spread evenly over hosts: thousands that ask once a minute
 * must not ask in the same second.
 */
export function jitterOf(host: string, rangeMs: number): number {
  return Math.floor((Number.parseInt(sha256(host).slice(0, 8), 16) / 0x1_0000_0000) * rangeMs);
}
