import type { Packet } from './pkt-line.ts';
import { DELIMITER, encodeLine, FLUSH, PACK_BAND, textOf } from './pkt-line.ts';

/** What of a history is asked for. */
export interface Wanted {
  /** 40 hex digits each. */
  readonly want: readonly string[];
  /** What these contain is left out; the server passes over those that it does not know. */
  readonly have: readonly string[];
  /** This many commits of each line; null: all. */
  readonly depth: number | null;
  /** Objects that may be left out (git-rev-list(1), `--filter`): `tree:0`; null: none. */
  readonly filter: string | null;
}

/**
 * Forges serve git only to those that call themselves git. The version is that of the protocol that is spoken here, so
 * that nothing needs to be kept up to date.
 */
export const AGENT = 'git/2.0-php-env-reconciler';

/** Asks for all refs that begin with this name, in version 2 (gitprotocol-v2(5), ls-refs). */
export function encodeListRefs(ref: string): Buffer {
  return Buffer.concat([
    encodeLine('command=ls-refs'),
    encodeLine(`agent=${AGENT}`),
    DELIMITER,
    encodeLine('peel'),
    encodeLine(`ref-prefix ${ref}`),
    FLUSH,
  ]);
}

/**
 * The commit of one ref in the answer, for an annotated tag the one that it names; null when it is not there; undefined
 * when this is no such answer. Others that begin with the same name are passed over.
 */
export function findRef(packets: readonly Packet[], ref: string): string | null | undefined {
  const lines = packets.slice(0, -1).map(textOf);
  const found = lines.map((line) => /^([0-9a-f]{40}|unborn) (\S+)(?: (.*))?$/.exec(line ?? ''));
  if (found.some((each) => each === null)) return undefined;
  const [, oid = 'unborn', , attributes = ''] = found.find((each) => each?.[2] === ref) ?? [];
  return /(?:^| )peeled:([0-9a-f]{40})(?: |$)/.exec(attributes)?.[1] ?? (oid === 'unborn' ? null : oid);
}

/** Asks for a pack in version 2 (gitprotocol-v2(5), fetch). */
export function encodeFetch({ want, have, depth, filter }: Wanted): Buffer {
  return Buffer.concat([
    encodeLine('command=fetch'),
    encodeLine(`agent=${AGENT}`),
    DELIMITER,
    encodeLine('ofs-delta'),
    encodeLine('no-progress'),
    ...want.map((oid) => encodeLine(`want ${oid}`)),
    ...have.map((oid) => encodeLine(`have ${oid}`)),
    ...(depth === null ? [] : [encodeLine(`deepen ${depth}`)]),
    ...(filter === null ? [] : [encodeLine(`filter ${filter}`)]),
    encodeLine('done'),
    FLUSH,
  ]);
}

/**
 * Asks for a pack in version 0 (gitprotocol-pack(5)). Every server of this century sends packs in bands, and what it does
 * not know it passes over.
 */
export function encodeFetchVersion0({ want, have, depth, filter }: Wanted): Buffer {
  const capabilities = `side-band-64k ofs-delta no-progress${filter === null ? '' : ' filter'} agent=${AGENT}`;
  return Buffer.concat([
    ...want.map((oid, index) => encodeLine(index === 0 ? `want ${oid} ${capabilities}` : `want ${oid}`)),
    ...(depth === null ? [] : [encodeLine(`deepen ${depth}`)]),
    ...(filter === null ? [] : [encodeLine(`filter ${filter}`)]),
    FLUSH,
    ...have.map((oid) => encodeLine(`have ${oid}`)),
    encodeLine('done'),
  ]);
}

/**
 * The pack in a whole answer, of either version: what stands before the first packet of a band are lines and marks that
 * tell nothing new to one who asked with `done`. Null when there is none.
 */
export function takePack(packets: readonly Packet[]): Buffer | null {
  const start = packets.findIndex((packet) => packet instanceof Buffer && (packet[0] ?? 0xff) <= 3);
  if (start < 0) return null;
  const parts: Buffer[] = [];
  for (const packet of packets.slice(start, -1)) {
    if (typeof packet === 'string') return null;
    if (packet[0] === PACK_BAND) parts.push(packet.subarray(1));
  }
  return Buffer.concat(parts);
}
