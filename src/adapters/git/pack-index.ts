import { readFileSync } from 'node:fs';

const FANOUT = 8;
const NAMES = FANOUT + 256 * 4;

/**
 * Where the objects of one pack begin (gitformat-pack(5), index version 2). Throws node's own errors, and an error for any
 * other version.
 */
export class PackIndex {
  /** Path of the pack that it belongs to. */
  readonly pack: string;
  readonly #bytes: Buffer;
  readonly #count: number;

  constructor(path: string) {
    this.pack = path.replace(/\.idx$/, '.pack');
    this.#bytes = readFileSync(path);
    if (this.#bytes.toString('latin1', 0, 8) !== '\xfftOc\0\0\0\x02')
      throw new Error(`${path} is no pack index of version 2`);
    this.#count = this.#bytes.readUInt32BE(NAMES - 4);
  }

  /** Bytes from the beginning of the pack; null when the pack does not have the object. */
  find(oid: string): number | null {
    const name = Buffer.from(oid, 'hex');
    const bucket = name[0] ?? 0;
    let low = bucket === 0 ? 0 : this.#bytes.readUInt32BE(FANOUT + (bucket - 1) * 4);
    let high = this.#bytes.readUInt32BE(FANOUT + bucket * 4);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = this.#bytes.compare(name, 0, 20, NAMES + middle * 20, NAMES + middle * 20 + 20);
      if (order === 0) return this.#offsetOf(middle);
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  /** Offsets of 2 GiB and more stand in a table of their own. */
  #offsetOf(place: number): number {
    const offsets = NAMES + this.#count * 24;
    const offset = this.#bytes.readUInt32BE(offsets + place * 4);
    if (offset < 0x80000000) return offset;
    const large = offsets + this.#count * 4 + (offset - 0x80000000) * 8;
    return Number(this.#bytes.readBigUInt64BE(large));
  }
}
