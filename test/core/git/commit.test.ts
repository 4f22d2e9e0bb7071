import { expect, test } from 'vitest';
import { parseCommit } from '../../../src/core/git/commit.ts';

const OID = '1'.repeat(40);
const HEAD = [
  `tree ${'2'.repeat(40)}`,
  `parent ${'3'.repeat(40)}`,
  `parent ${'4'.repeat(40)}`,
  'author A <a@example.com> 1700000000 +0100',
  'committer C <c@example.com> 1700000001 -0330',
];
const SIGNATURE = ['gpgsig -----BEGIN SSH SIGNATURE-----', ' AAAA', ' ', ' -----END SSH SIGNATURE-----'];
const MESSAGE = Buffer.concat([
  Buffer.from('\nSubject\n\ngpgsig is no header here\n'),
  Buffer.from([0xfc, 0xff, 0x0a]),
]);

function makeObject(lines: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from(lines.map((line) => `${line}\n`).join('')), MESSAGE]);
}

test('a commit names its tree, its parents and its time', () => {
  expect(parseCommit(OID, makeObject(HEAD))).toMatchObject({
    oid: OID,
    tree: '2'.repeat(40),
    parents: ['3'.repeat(40), '4'.repeat(40)],
    committedAt: 1_700_000_001,
    signature: null,
  });
});

test('a signature covers every byte of the object but its own, UTF-8 or not', () => {
  const signed = parseCommit(OID, makeObject([...HEAD, ...SIGNATURE, 'encoding latin1']));
  expect(signed.signature).toBe('-----BEGIN SSH SIGNATURE-----\nAAAA\n\n-----END SSH SIGNATURE-----\n');
  expect(Buffer.from(signed.payload)).toEqual(makeObject([...HEAD, 'encoding latin1']));
});

test.each([
  ['a tag', `object ${OID}\ntype commit\ntag v1\n\nmessage\n`],
  ['a commit without a committer', `tree ${OID}\n\nmessage\n`],
  ['nothing', ''],
])('%s is no commit', (_what, text) => {
  expect(() => parseCommit(OID, Buffer.from(text))).toThrow(/is no commit/);
});
