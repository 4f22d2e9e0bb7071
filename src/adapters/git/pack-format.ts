/** How a pack writes numbers and the heads of its objects (gitformat-pack(5)). All throw an error where bytes are missing. */

/** A number, and where what follows it begins. */
interface PackedNumber {
  readonly value: number;
  readonly end: number;
}

/** 7 bits in each byte, the lowest first. */
function readNumber(bytes: Buffer, at: number): PackedNumber {
  let [value, factor, end] = [0, 1, at];
  for (;;) {
    const byte = bytes.readUInt8(end++);
    value += (byte & 0x7f) * factor;
    factor *= 0x80;
    if (byte < 0x80) break;
  }
  if (!Number.isSafeInteger(value)) throw new Error('a number is beyond all measure');
  return { value, end };
}

/** How far back the base of a delta begins: the highest bits first, and 1 added for each further byte. */
export function readOffset(bytes: Buffer, at: number): PackedNumber {
  let [value, end] = [0, at];
  for (;;) {
    const byte = bytes.readUInt8(end++);
    value = value * 0x80 + (byte & 0x7f);
    if (byte < 0x80) return { value, end };
    value++;
  }
}

export const DELTA_BY_OFFSET = 6;
export const DELTA_BY_NAME = 7;

/** The head of an object: 3 bits of type and 4 of its size, then the rest of the size. `size`: bytes when inflated. */
export function readEntryHead(
  bytes: Buffer,
  at: number,
): { readonly type: number; readonly size: number; readonly end: number } {
  const first = bytes.readUInt8(at);
  const rest = first < 0x80 ? { value: 0, end: at + 1 } : readNumber(bytes, at + 1);
  return { type: (first >> 4) & 7, size: (first & 0xf) + rest.value * 16, end: rest.end };
}

/** A delta begins with the size of the object that it starts from and the size of the one that it makes. */
export function readDeltaHead(delta: Buffer): {
  readonly from: number;
  readonly to: number;
  readonly end: number;
} {
  const from = readNumber(delta, 0);
  const to = readNumber(delta, from.end);
  return { from: from.value, to: to.value, end: to.end };
}
