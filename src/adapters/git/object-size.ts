import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { constants, inflateSync } from 'node:zlib';
import { errnoOf } from '../errno.ts';
import { DELTA_BY_NAME, DELTA_BY_OFFSET, readDeltaHead, readEntryHead, readOffset } from './pack-format.ts';
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
    const pack = this.findPack(oid);
    return pack === null ? null : (readHead(pack, 0)?.fileBytes ?? null);
  }

  /** Path of the pack that has the object; null: it is in none. */
  findPack(oid: string): string | null {
    return this.#locate(oid)?.pack ?? null;
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
    const { type, size, end } = readEntryHead(head, 0);
    switch (type) {
      case DELTA_BY_OFFSET: {
        const back = readOffset(head, end);
        const own = measureDelta(head.subarray(back.end));
        return Math.max(own, this.#measurePacked(pack, offset - back.value));
      }
      case DELTA_BY_NAME: {
        const own = measureDelta(head.subarray(end + 20));
        return Math.max(own, this.measure(head.toString('hex', end, end + 20)) ?? 0);
      }
      default:
        return size;
    }
  }
}

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

function measureDelta(deflated: Buffer): number {
  const { from, to } = readDeltaHead(inflateHead(deflated));
  return Math.max(from, to);
}

/** What the beginning of a deflated stream holds. */
function inflateHead(deflated: Buffer): Buffer {
  return inflateSync(deflated, { finishFlush: constants.Z_SYNC_FLUSH });
}
