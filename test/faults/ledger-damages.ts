import { spawnSync } from 'node:child_process';
import { chownSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../src/core/sha256.ts';

/** Something that happens to the record in a state directory. */
export interface Damage {
  readonly name: string;
  do(state: string): void;
}

const FLIPS = 125;
const LENGTHS = 40;
const NOBODY = 65534;
const fileOf = (state: string): string => join(state, 'ledger.json');

/** A damage of the bytes of the file. */
function change(name: string, edit: (bytes: Buffer) => Buffer | string): Damage {
  return { name, do: (state) => writeFileSync(fileOf(state), edit(readFileSync(fileOf(state)))) };
}

/** A record of another shape, with a right checksum. */
function reshape(name: string, edit: (record: Record<string, unknown>) => unknown): Damage {
  return change(name, (bytes) => {
    const text = bytes.toString();
    const body = `${JSON.stringify(edit(JSON.parse(text.slice(text.indexOf('\n')))), null, 2)}\n`;
    return `${sha256(body)}\n${body}`;
  });
}

/** In the place of the file stands something else. */
function replace(name: string, make: (path: string) => void): Damage {
  return {
    name,
    do: (state) => {
      rmSync(fileOf(state), { recursive: true, force: true });
      make(fileOf(state));
    },
  };
}

/** One bit in each of `FLIPS` equal parts of the file; which one is the same in every run of the test. */
const flips = Array.from({ length: FLIPS }, (_, i) =>
  change(`a flipped bit in part ${i} of ${FLIPS}`, (bytes) => {
    const chance = Number.parseInt(sha256(`flip ${i}`).slice(0, 8), 16);
    const size = bytes.length / FLIPS;
    const offset = Math.min(
      bytes.length - 1,
      Math.floor(i * size) + (chance % Math.max(1, Math.floor(size))),
    );
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << (chance >>> 29));
    return bytes;
  }),
);

/** Nothing, one byte, within the checksum, at its end, then spread over the record, and all but the last byte. */
const truncations = [
  ...[0, 1, 32, 63, 64, 65, 66].map((length) =>
    change(`cut to ${length} bytes`, (bytes) => bytes.subarray(0, length)),
  ),
  ...Array.from({ length: LENGTHS }, (_, i) =>
    change(`cut to ${i} of ${LENGTHS} parts`, (bytes) =>
      bytes.subarray(0, 66 + Math.floor((i * (bytes.length - 66)) / LENGTHS)),
    ),
  ),
  change('without its last byte', (bytes) => bytes.subarray(0, -1)),
];

const shapes = [
  reshape('of schema 0', (record) => ({ ...record, schema: 0 })),
  reshape('without a schema', ({ schema, ...rest }) => rest),
  reshape('of a newer schema', (record) => ({ ...record, schema: 99 })),
  reshape('of a newer schema and shape', (record) => ({ schema: 99, body: { record } })),
  reshape('with a list in the place of the last good state', (record) => ({ ...record, lastGood: [] })),
  reshape('with an unknown phase', (record) => ({ ...record, owed: { phase: 'waiting' } })),
  reshape('with held content of another shape', (record) => ({ ...record, held: { a: 1 } })),
  reshape('with fields that nobody knows', (record) => ({ ...record, colour: 'red' })),
  reshape('that is a list', (record) => [record]),
  reshape('that is null', () => null),
  reshape('that is a number', () => 1),
];

const texts = [
  change('of zeros', (bytes) => Buffer.alloc(bytes.length)),
  change('of other bytes', (bytes) => Buffer.from(bytes.map((byte, i) => (byte * 31 + i * 17) & 0xff))),
  change('of 4 MB', () => Buffer.alloc(4 << 20, 'a')),
  change('written twice', (bytes) => Buffer.concat([bytes, bytes])),
  change('with a line more', (bytes) => `${bytes}\n`),
  change('with other line ends', (bytes) => bytes.toString().replaceAll('\n', '\r\n')),
  change('with a byte order mark', (bytes) => `\uFEFF${bytes}`),
  change('without its checksum', (bytes) => bytes.subarray(65)),
];

const things = [
  { name: 'that belongs to somebody else', do: (state: string) => chownSync(fileOf(state), NOBODY, NOBODY) },
  replace('that is gone, while copies are kept', () => undefined),
  replace('that is a directory', (path) => mkdirSync(path)),
  replace('that is a directory with a file in it', (path) => {
    mkdirSync(path);
    writeFileSync(join(path, 'file'), '');
  }),
  replace('that is a link to nothing', (path) => symlinkSync('/nowhere', path)),
  {
    name: 'that was moved, with a link in its place',
    do: (state: string) => {
      renameSync(fileOf(state), join(state, 'elsewhere'));
      symlinkSync('elsewhere', fileOf(state));
    },
  },
  { name: 'that is gone with the copies', do: (state: string) => rmSync(state, { recursive: true }) },
  replace('that is a pipe', (path) => void spawnSync('mkfifo', [path])),
];

/** Every damage, by kind. */
export const damages: readonly (readonly Damage[])[] = [things, shapes, texts, truncations, flips];
