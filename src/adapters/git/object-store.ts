import { createHash } from 'node:crypto';
import nodeFs from 'node:fs';
import { basename } from 'node:path';
import { ReconcileError } from '../../core/errors.ts';
import type { Commit } from '../../core/git/commit.ts';
import { parseCommit } from '../../core/git/commit.ts';
import type { SnapshotLimits } from '../snapshot-rules.ts';
import { ObjectSizes } from './object-size.ts';

export interface StoredObject {
  readonly type: 'commit' | 'tree' | 'blob' | 'tag';
  readonly bytes: Uint8Array;
}

/** A git directory; or, where objects are given, these alone by their names, and the directory is words for people. */
export interface StoreLocation {
  readonly gitdir: string;
  readonly objects?: ReadonlyMap<string, StoredObject>;
  /** Bytes of blobs, also of those that were too large to be given. */
  readonly sizes?: ReadonlyMap<string, number>;
  /** A faster way to many blobs: gives those that it can, each compared with its name. */
  readonly readBlobs?: (oids: readonly string[]) => Promise<ReadonlyMap<string, Uint8Array>>;
  /** Blobs with more bytes than this were left out. */
  readonly blobLimit?: number;
}

export type ObjectLimits = Pick<SnapshotLimits, 'fileBytes' | 'packBytes'>;

/** Far above any commit or list of files. */
const OBJECT_BYTES = 16 * 1024 * 1024;

export interface TreeEntry {
  /** Six octal digits. */
  readonly mode: string;
  /** What is no UTF-8 has U+FFFD in it. */
  readonly name: string;
  readonly oid: string;
}

/**
 * Reads objects out of memory, or out of a store on disk with isomorphic-git: no process, hook, filter or attribute of the
 * repository ever runs, and no file of it is written. The package (130 ms) is loaded at the first object.
 *
 * Every object is compared with its name, because an index can name any bytes: what a signed commit names is what is
 * read. Objects that replace others (git-replace(1)) are not looked at. A store is for one pass: it keeps whole
 * packs in memory. All throw node's own errors, and SOURCE_TOO_LARGE before anything large is read.
 */
export class ObjectStore {
  readonly #location: StoreLocation;
  readonly #limits: ObjectLimits;
  /** Null: whoever read a pack into memory has looked at its sizes. */
  readonly #sizes: ObjectSizes | null;
  readonly #cache = {};

  constructor(location: StoreLocation, limits: ObjectLimits) {
    this.#location = location;
    this.#limits = limits;
    this.#sizes = location.objects === undefined ? new ObjectSizes(location.gitdir) : null;
  }

  /** Bytes that reading an object takes; null: it was looked at already, or is not there. */
  measure(oid: string): number | null {
    return this.#sizes?.measure(oid) ?? this.#location.sizes?.get(oid) ?? null;
  }

  async readCommit(oid: string): Promise<Commit> {
    return parseCommit(oid, await this.#read(oid, 'commit'));
  }

  async readTree(oid: string): Promise<readonly TreeEntry[]> {
    return parseTree(oid, await this.#read(oid, 'tree'));
  }

  async readBlob(oid: string): Promise<Uint8Array> {
    return await this.#read(oid, 'blob');
  }

  /** The commit that an annotated tag names, through further tags; a commit itself. */
  async peel(oid: string): Promise<string> {
    const { type, bytes } = await this.#readObject(oid);
    if (type === 'commit') return oid;
    const target = /^object ([0-9a-f]{40})\n/.exec(Buffer.from(bytes).toString('latin1'))?.[1];
    if (type !== 'tag' || target === undefined) throw new Error(`${oid} is a ${type}, no commit`);
    return await this.peel(target);
  }

  async #read(oid: string, wanted: string): Promise<Uint8Array> {
    const { type, bytes } = await this.#readObject(oid);
    if (type !== wanted) throw new Error(`${oid} is a ${type}, no ${wanted}`);
    return bytes;
  }

  async #readObject(oid: string): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
    const { gitdir, objects } = this.#location;
    const { type, bytes } = objects === undefined ? await this.#readFile(gitdir, oid) : take(objects, oid);
    const name = nameObject(type, bytes);
    if (name !== oid) throw new Error(`object ${oid} is damaged: its bytes have the name ${name}`);
    return { type, bytes };
  }

  async #readFile(
    gitdir: string,
    oid: string,
  ): Promise<{ readonly type: string; readonly bytes: Uint8Array }> {
    this.#checkSize(oid);
    const git = await import('isomorphic-git');
    const pack = this.#sizes?.findPack(oid) ?? null;
    const fs = pack === null ? nodeFs : seeOnePack(pack);
    const how = { fs, cache: this.#cache, format: 'content' } as const;
    const { object, type } = await git.readObject({ ...how, gitdir, oid });
    if (type === undefined || !(object instanceof Uint8Array)) throw new Error(`${oid} was not read`);
    return { type, bytes: object };
  }

  #checkSize(oid: string): void {
    const bytes = this.measure(oid) ?? 0;
    const limit = Math.max(OBJECT_BYTES, this.#limits.fileBytes);
    if (bytes > limit) throw tooLarge(`object ${oid} has ${bytes} bytes`, limit);
    const pack = this.#sizes?.measurePack(oid) ?? 0;
    const { packBytes } = this.#limits;
    if (pack > packBytes) throw tooLarge(`the pack with object ${oid} has ${pack} bytes`, packBytes);
  }
}

/**
 * isomorphic-git lists the packs anew for each object, and reads their indexes until one has it: 3 ms for a pack of 5,000
 * objects, and a pack that `git repack` takes away meanwhile is a failure. It lists no other folder.
 */
function seeOnePack(pack: string) {
  const index = basename(pack, '.pack');
  return { promises: { ...nodeFs.promises, readdir: async () => [`${index}.idx`] } };
}

function tooLarge(what: string, limit: number): ReconcileError {
  return new ReconcileError('SOURCE_TOO_LARGE', `${what}, more than ${limit}`);
}

/** Whether bytes are those that an object's name stands for. */
export function isNamed(oid: string, type: string, bytes: Uint8Array): boolean {
  return nameObject(type, bytes) === oid;
}

function nameObject(type: string, bytes: Uint8Array): string {
  return createHash('sha1').update(`${type} ${bytes.length}\0`).update(bytes).digest('hex');
}

function take(objects: ReadonlyMap<string, StoredObject>, oid: string): StoredObject {
  const object = objects.get(oid);
  if (object === undefined) throw new MissingObject(`object ${oid} is missing`);
  return object;
}

class MissingObject extends Error {}

/** Whether an object was not found, in distinction to one that is damaged. */
export function isMissing(error: unknown): boolean {
  if (error instanceof MissingObject) return true;
  return error instanceof Error && 'code' in error && error.code === 'NotFoundError';
}

/** Entries are `<mode> <name>\0<20 bytes>` (gitformat-pack(5) does not say it; git-fsck(1) lists what can be wrong). */
function parseTree(oid: string, object: Uint8Array): readonly TreeEntry[] {
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = bytes.indexOf(0, at);
    const [, mode, name] = /^(\d{5,6}) (.+)$/s.exec(bytes.toString('utf8', at, Math.max(at, end))) ?? [];
    if (mode === undefined || name === undefined || end + 21 > bytes.length)
      throw new Error(`tree ${oid} is damaged`);
    entries.push({ mode: mode.padStart(6, '0'), name, oid: bytes.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}
