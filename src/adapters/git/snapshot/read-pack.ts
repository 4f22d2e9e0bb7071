import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import { ReconcileError } from '../../../core/errors.ts';
import type { StoredObject } from '../object-store.ts';
import { DELTA_BY_NAME, DELTA_BY_OFFSET, readDeltaHead, readEntryHead, readOffset } from '../pack-format.ts';
import { applyDelta } from './apply-delta.ts';

/** Bounds of what a pack may become in memory. */
export interface PackLimits {
  readonly objectBytes: number;
  /** Of all objects together. */
  readonly totalBytes: number;
}

/** As gitformat-pack(5) numbers them; 6 and 7 are deltas. */
const TYPES: ReadonlyMap<number, StoredObject['type']> = new Map([
  [1, 'commit'],
  [2, 'tree'],
  [3, 'blob'],
  [4, 'tag'],
]);

const HEADER_BYTES = 12;
const HASH_BYTES = 20;
/** An object takes some 200 bytes of memory, however small it is. */
const MAX_OBJECTS = 250_000;

/**
 * Every object of a pack, by the name that its bytes have: 40 hex digits. A size is checked before memory is taken for it,
 * because 300 MB of zeros fit into 292 kB. 1,000 small files take 25–50 ms.
 *
 * Throws SOURCE_TOO_LARGE, and SOURCE_DAMAGED for a pack that is cut, changed, or needs objects that are not in it.
 */
export function readPack(pack: Buffer, limits: PackLimits): ReadonlyMap<string, StoredObject> {
  try {
    return new PackReader(pack, limits).read();
  } catch (error) {
    if (error instanceof ReconcileError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new ReconcileError('SOURCE_DAMAGED', `the pack of the server is damaged: ${why}`, { cause: error });
  }
}

/** An object as it stands in the pack, its base not looked for yet. */
interface Entry {
  readonly at: number;
  readonly type: number;
  readonly bytes: Buffer;
  /** Where the base stands, or its name; null for a whole object. */
  readonly base: number | string | null;
}

type Unpacked = StoredObject & { readonly bytes: Buffer };

class PackReader {
  readonly #pack: Buffer;
  readonly #limits: PackLimits;
  readonly #byName = new Map<string, Unpacked>();
  readonly #byOffset = new Map<number, Unpacked>();
  #left: number;

  constructor(pack: Buffer, limits: PackLimits) {
    this.#pack = pack;
    this.#limits = limits;
    this.#left = limits.totalBytes;
  }

  read(): ReadonlyMap<string, StoredObject> {
    const count = this.#checkFrame();
    let waiting: Entry[] = [];
    let at = HEADER_BYTES;
    for (let index = 0; index < count; index++) {
      const { entry, end } = this.#readEntry(at);
      if (!this.#resolve(entry)) waiting.push(entry);
      at = end;
    }
    if (at !== this.#pack.length - HASH_BYTES) throw new Error('there is more in it than it says');
    // A delta that names its base may stand before it; one that tells its place stands behind it.
    for (let before = -1; waiting.length > 0 && waiting.length !== before; ) {
      before = waiting.length;
      waiting = waiting.filter((entry) => !this.#resolve(entry));
    }
    if (waiting.length > 0) throw new Error('objects are missing that others are made of');
    return this.#byName;
  }

  /** The hash at the end covers all that stands before it. Gives the number of objects. */
  #checkFrame(): number {
    const end = this.#pack.length - HASH_BYTES;
    if (end < HEADER_BYTES || this.#pack.toString('latin1', 0, 4) !== 'PACK')
      throw new Error('it is no pack');
    const hash = createHash('sha1').update(this.#pack.subarray(0, end)).digest();
    if (!hash.equals(this.#pack.subarray(end))) throw new Error('its bytes are not those that were packed');
    if (this.#pack.readUInt32BE(4) !== 2) throw new Error('it has another version than 2');
    const count = this.#pack.readUInt32BE(8);
    if (count > MAX_OBJECTS) throw tooLarge(`${count} objects`, `${MAX_OBJECTS}`);
    return count;
  }

  #readEntry(at: number): { readonly entry: Entry; readonly end: number } {
    const head = readEntryHead(this.#pack, at);
    const { type, size } = head;
    this.#claim(size);
    const { base, end } = this.#readBase(type, at, head.end);
    const inflated = inflate(this.#pack.subarray(end, -HASH_BYTES), size);
    return { entry: { at, type, bytes: inflated.bytes, base }, end: end + inflated.consumed };
  }

  #readBase(type: number, at: number, start: number): Pick<Entry, 'base'> & { readonly end: number } {
    if (type === DELTA_BY_NAME)
      return { base: this.#pack.toString('hex', start, start + HASH_BYTES), end: start + HASH_BYTES };
    if (type !== DELTA_BY_OFFSET) return { base: null, end: start };
    const { value, end } = readOffset(this.#pack, start);
    return { base: at - value, end };
  }

  /** False: the base of a delta has not been met. */
  #resolve({ at, type, bytes, base }: Entry): boolean {
    if (base === null) {
      const name = TYPES.get(type);
      if (name === undefined) throw new Error(`an object has the type ${type}`);
      this.#keep(at, { type: name, bytes });
      return true;
    }
    const found = typeof base === 'number' ? this.#byOffset.get(base) : this.#byName.get(base);
    if (found === undefined) return false;
    this.#claim(readDeltaHead(bytes).to);
    this.#keep(at, { type: found.type, bytes: applyDelta(found.bytes, bytes) });
    return true;
  }

  #keep(at: number, object: Unpacked): void {
    const { type, bytes } = object;
    this.#byOffset.set(at, object);
    this.#byName.set(
      createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex'),
      object,
    );
  }

  /** Before memory is taken. */
  #claim(bytes: number): void {
    if (bytes > this.#limits.objectBytes)
      throw tooLarge(`an object of ${bytes} bytes`, `${this.#limits.objectBytes}`);
    this.#left -= bytes;
    if (this.#left < 0) throw tooLarge('too many bytes in all', `${this.#limits.totalBytes}`);
  }
}

/** One object of exactly this size, and how many bytes it took: only the stream itself knows where it ends. */
function inflate(packed: Buffer, size: number): { readonly bytes: Buffer; readonly consumed: number } {
  const options = { info: true, maxOutputLength: size + 1, chunkSize: Math.max(size + 1, 64) } as const;
  const { buffer, engine } = inflateSync(packed, options) as unknown as Inflated;
  if (buffer.length !== size) throw new Error('an object has another size than it says');
  return { bytes: buffer, consumed: engine.bytesWritten };
}

/** What `info: true` gives (zlib, Class: Options); the types of node do not know it. */
interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

function tooLarge(what: string, limit: string): ReconcileError {
  return new ReconcileError('SOURCE_TOO_LARGE', `the pack of the server has ${what}, more than ${limit}`);
}
