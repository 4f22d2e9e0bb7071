import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseOpenPgpSignature } from '../../../src/core/git/openpgp-signature.ts';

const body = Buffer.alloc(100, 7);
const packet = (...header: readonly number[]) => Buffer.from([...header, ...body]);
const one = packet(0x88, 100);

/** As gpg writes it, with a checksum that says nothing. */
function armor(bytes: Uint8Array, headers = '', kind = 'SIGNATURE'): string {
  const lines = Buffer.from(bytes)
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN PGP ${kind}-----\n${headers}\n${lines}\n=abcd\n-----END PGP ${kind}-----\n`;
}

describe('one signature packet', () => {
  test.each([
    ['an old header of one byte', one],
    ['an old header of two bytes', packet(0x89, 0, 100)],
    ['an old header of four bytes', packet(0x8a, 0, 0, 0, 100)],
    ['a new header of one byte', packet(0xc2, 100)],
    ['a new header of two bytes', Buffer.from([0xc2, 192, 8, ...Buffer.alloc(200)])],
    ['a new header of four bytes', packet(0xc2, 255, 0, 0, 0, 100)],
  ])('with %s is taken', (_what, bytes) => {
    expect(parseOpenPgpSignature(armor(bytes))).toEqual(bytes);
  });

  test('is taken with other lines of armor, as git and forges write it', () => {
    expect(parseOpenPgpSignature(armor(one, 'Version: GnuPG v2\nComment: x: y\n'))).toEqual(one);
    expect(parseOpenPgpSignature(`${armor(one).replace(/=abcd\n/, '')}\n \n`)).toEqual(one);
    expect(parseOpenPgpSignature(armor(one).replace('\n\n', '\n \n').replaceAll('\n', '\r\n'))).toEqual(one);
  });
});

describe('nothing else is taken:', () => {
  test.each([
    ['two signatures', Buffer.concat([one, one])],
    ['a signature and one byte', Buffer.concat([one, Buffer.from([0])])],
    ['a signature that is cut', one.subarray(0, 50)],
    ['a signature whose length is cut', Buffer.from([0x8a, 0])],
    ['a new header whose length is cut', Buffer.from([0xc2, 255, 0])],
    ['a packet of unknown length', packet(0x8b)],
    ['a packet in parts', packet(0xc2, 224)],
    ['a literal packet', packet(0xcb, 100)],
    ['a compressed packet', packet(0xa0, 100)],
    ['a key', packet(0xc6, 100)],
    ['no packet', packet(0x08, 100)],
    ['nothing', Buffer.alloc(0)],
  ])('%s', (_what, bytes) => {
    expect(parseOpenPgpSignature(armor(bytes))).toBeNull();
  });

  test('other armor', () => {
    for (const text of [
      armor(one, '', 'MESSAGE'),
      armor(one) + armor(one),
      armor(one, 'no header\n'),
      `x${armor(one)}`,
      armor(one).replace('\n\n', '\n'),
      armor(one).replace('BwcH', 'Bw.H'),
      armor(one).replace('=abcd', '=abc'),
      armor(Buffer.alloc(60_000, one)),
    ])
      expect(parseOpenPgpSignature(text)).toBeNull();
  });

  test('random bytes and texts, which never throw', () => {
    fc.assert(fc.property(fc.string(), (text) => parseOpenPgpSignature(text) === null));
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const taken = parseOpenPgpSignature(armor(bytes));
        return taken === null || taken.equals(bytes);
      }),
    );
  });
});
