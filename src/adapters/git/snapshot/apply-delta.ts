import { readDeltaHead } from '../pack-format.ts';

/**
 * Makes an object out of another one and a delta, which is a list of pieces to copy and of new bytes (gitformat-pack(5),
 * "Deltified representation"). Throws an error for a delta that is damaged or made for another object.
 */
export function applyDelta(base: Buffer, delta: Buffer): Buffer {
  const { from, to, end } = readDeltaHead(delta);
  if (from !== base.length) throw new Error('a delta is for another object');
  const result = Buffer.allocUnsafe(to);
  let [at, filled] = [end, 0];
  while (at < delta.length) {
    const piece = readPiece(base, delta, at);
    if (piece.bytes.length === 0 || filled + piece.bytes.length > result.length)
      throw new Error('a delta is damaged');
    filled += piece.bytes.copy(result, filled);
    at = piece.end;
  }
  if (filled !== result.length) throw new Error('a delta is cut');
  return result;
}

interface Piece {
  readonly bytes: Buffer;
  /** Where the next one begins in the delta. */
  readonly end: number;
}

/** A piece that is cut or lies beyond the base comes back shorter, so that the object is not filled. */
function readPiece(base: Buffer, delta: Buffer, start: number): Piece {
  const head = delta.readUInt8(start);
  let at = start + 1;
  if (head < 0x80) return { bytes: delta.subarray(at, at + head), end: at + head };
  const readPart = (bit: number, factor: number) =>
    (head & (1 << bit)) === 0 ? 0 : delta.readUInt8(at++) * factor;
  const offset = readPart(0, 1) + readPart(1, 2 ** 8) + readPart(2, 2 ** 16) + readPart(3, 2 ** 24);
  const size = readPart(4, 1) + readPart(5, 2 ** 8) + readPart(6, 2 ** 16) || 0x10000;
  return { bytes: base.subarray(offset, offset + size), end: at };
}
