import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { errnoOf } from '../errno.ts';
import { PackIndex } from './pack-index.ts';

/**
 * Enough for every header: a deflated stream can begin with tables of some 350 bytes before its first byte of content
 * (RFC 1951, 3.2.7). Of zeros, it inflates to 1 MiB at most.
 */
const HEAD_BYTES = 1024;

/**
 * Tells what reading an object would cost before it is read: 300 MB of zeros are a pack of 292 kB, and inflated whole they
 * take 1.2 GB of memory. Looks at the headers of the objects alone. For one pass over a store on disk.
 */
export class ObjectSizes {
  readonly #gitdir: string;
  #indexes: readonly PackIndex[] | null = null;

  constructor(gitdir: string) {
    this.#gitdir = gitdir;
  }

  /**
   * Bytes of an object, or of the largest one that it is a difference to; null when it is not in the store. Throws node's
   * own errors, and an error for what is no object.
   */
  measure(oid: string): number | null {
    const loose = readHead(join(this.#gitdir, 'objects', oid.slice(0, 2), oid.slice(2)), 0);
    if (loose !== null) return measureLoose(loose.head);
    const found = this.#locate(oid);
    return found === null ? null : this.#measurePacked(found.pack, found.offset);
  }

  /** Bytes of the pack that has the object; null: it is in none. */
  measurePack(oid: string): number | null {
    const pack = this.#locate(oid)?.pack;
    return pack === undefined ? null : (readHead(pack, 0)?.fileBytes ?? null);
  }

  #locate(oid: string): { readonly pack: string; readonly offset: number } | null {
    this.#indexes ??= openIndexes(join(this.#gitdir, 'objects/pack'));
    for (const index of this.#indexes) {
      const offset = index.find(oid);
      if (offset !== null) return { pack: index.pack, offset };
    }
    return null;
  }

  #measurePacked(pack: string, offset: number): number {
    const head = readHead(pack, offset)?.head ?? Buffer.alloc(0);
    const { type, size, length } = readEntryHead(head);
    switch (type) {
      case OFS_DELTA: {
        const back = readOffset(head, length);
        const own = measureDelta(head.subarray(back.end));
        return Math.max(own, this.#measurePacked(pack, offset - back.value));
      }
      case REF_DELTA: {
        const own = measureDelta(head.subarray(length + 20));
        return Math.max(own, this.measure(head.toString('hex', length, length + 20)) ?? 0);
      }
      default:
        return size;
    }
  }
}

const OFS_DELTA = 6;
const REF_DELTA = 7;

function openIndexes(folder: string): readonly PackIndex[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.idx'));
    return names.map((name) => new PackIndex(join(folder, name)));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

function readHead(
  path: string,
  offset: number,
): { readonly head: Buffer; readonly fileBytes: number } | null {
  try {
    const fd = openSync(path, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const length = readSync(fd, head, 0, HEAD_BYTES, offset);
      return { head: head.subarray(0, length), fileBytes: fstatSync(fd).size };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** `blob 1234\0…`, deflated (gitformat-loose(5)). */
function measureLoose(head: Buffer): number {
  const size = /^[a-z]+ (\d+)\0/.exec(inflateHead(head).toString('latin1', 0, 64))?.[1];
  if (size === undefined) throw new Error('it is no object');
  return Number(size);
}

/** A difference begins with two numbers: the size of what it starts from and the size of what it makes. */
function measureDelta(deflated: Buffer): number {
  const bytes = inflateHead(deflated);
  const base = readNumber(bytes, 0);
  return Math.max(base.value, readNumber(bytes, base.end).value);
}

/** What the beginning of a deflated stream holds. */
function inflateHead(deflated: Buffer): Buffer {
  return inflateSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}

/** 3 bits of type, then the size from its lowest bits on, 4 in the first byte and 7 in each further one. */
function readEntryHead(head: Buffer): {
  readonly type: number;
  readonly size: number;
  readonly length: number;
} {
  const first = head[0] ?? 0;
  const rest = first < 0x80 ? { value: 0, end: 1 } : readNumber(head, 1);
  return { type: (first >> 4) & 7, size: (first & 15) + rest.value * 16, length: rest.end };
}

interface ReadNumber {
  readonly value: number;
  readonly end: number;
}

/** 7 bits in each byte, the lowest first. */
function readNumber(bytes: Buffer, from: number): ReadNumber {
  let value = 0;
  for (let at = from, scale = 1; ; at++, scale *= 128) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

/** 7 bits in each byte, the highest first, and 1 added for each further byte. */
function readOffset(bytes: Buffer, from: number): ReadNumber {
  let value = 0;
  for (let at = from; ; at++) {
    const byte = bytes[at] ?? 0;
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
    value += 1;
  }
}
