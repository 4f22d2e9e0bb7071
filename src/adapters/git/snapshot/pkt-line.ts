/** One packet of git's wire format, or a mark between packets (gitprotocol-common(5), gitprotocol-v2(5)). */
export type Packet = Buffer | 'flush' | 'delimiter';

/** An answer in packets, which are views of it. */
export interface Packets {
  readonly packets: readonly Packet[];
  /**
   * Whether these are packets from the first byte to the last, and the last one is a flush. Only that tells a whole
   * answer from a cut one: HTTP does not, where the end of the connection is the end of the answer.
   */
  readonly isWhole: boolean;
}

export const FLUSH = Buffer.from('0000');
export const DELIMITER = Buffer.from('0001');

/** In bands the first byte of a packet says what follows: 1 the pack, 2 progress, 3 the server's last words. */
export const PACK_BAND = 1;
const ERROR_BAND = 3;

/** A packet with one line of text: `want 1234…`. */
export function encodeLine(text: string): Buffer {
  const line = Buffer.from(`${text}\n`);
  return Buffer.concat([Buffer.from((line.length + 4).toString(16).padStart(4, '0')), line]);
}

/** The packets of an answer, up to the first byte that is none. */
export function splitPackets(answer: Buffer): Packets {
  const packets: Packet[] = [];
  for (let at = 0; at < answer.length; ) {
    const length = readLength(answer, at);
    const end = at + Math.max(length, 4);
    if (Number.isNaN(length) || end > answer.length) return { packets, isWhole: false };
    packets.push(length === 0 ? 'flush' : length === 1 ? 'delimiter' : answer.subarray(at + 4, end));
    at = end;
  }
  return { packets, isWhole: packets.at(-1) === 'flush' };
}

/** 0 is a flush, 1 a delimiter, 4 an empty packet. 2 ends an answer where HTTP does not, and 3 is nothing. */
function readLength(answer: Buffer, at: number): number {
  const digits = answer.toString('latin1', at, at + 4);
  return /^(?:000[01]|(?!000[0-3])[0-9a-f]{4})$/i.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
}

/** The text of a packet without its line end; null for a mark. */
export function textOf(packet: Packet | undefined): string | null {
  return packet instanceof Buffer ? packet.toString('utf8').replace(/\n$/, '') : null;
}

/**
 * What a server says in place of an answer, or in the middle of one, null when it does not: a packet `ERR …`
 * (gitprotocol-pack(5)), or one on band 3 of an answer in bands. Nothing follows it.
 */
export function findRefusal({ packets }: Packets): string | null {
  const last = textOf(packets.findLast((packet) => packet !== 'flush')) ?? '';
  if (last.startsWith('ERR ')) return last.slice(4).trim();
  return last.charCodeAt(0) === ERROR_BAND ? last.slice(1).trim() : null;
}
