import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  DELIMITER,
  encodeLine,
  FLUSH,
  findRefusal,
  splitPackets,
  textOf,
} from '../../../../src/adapters/git/snapshot/pkt-line.ts';

describe('an answer in packets', () => {
  test.each<[string, readonly (string | null)[], boolean]>([
    ['', [], false],
    ['0000', [null], true],
    ['0005a0000', ['a', null], true],
    ['0006a\n0001000bfoobar\n0000', ['a', null, 'foobar', null], true],
    ['00040000', ['', null], true],
    ['000AABCDEF0000', ['ABCDEF', null], true],
    ['0005a', ['a'], false],
    ['0005a000', ['a'], false],
    ['0005a0001', ['a', null], false],
    ['0006a', [], false],
    ['00020000', [], false],
    ['00030000', [], false],
    ['+0050000', [], false],
    ['0x050000', [], false],
    [' 0050000', [], false],
    ['<html>', [], false],
    ['00000', [null], false],
    ['0000junk', [null], false],
  ])('%j is read as it is meant', (answer, texts, isWhole) => {
    const { packets, isWhole: found } = splitPackets(Buffer.from(answer));
    expect([packets.map(textOf), found]).toEqual([texts, isWhole]);
  });

  const parts = fc.array(
    fc.oneof(
      fc.string({ minLength: 1, unit: 'binary' }).map(encodeLine),
      fc.constant(DELIMITER),
      // No flush, but what looks like one.
      fc.constant(encodeLine('0000')),
    ),
  );

  test('that is cut anywhere is never taken for a whole one', () => {
    fc.assert(
      fc.property(parts, fc.nat(), (packets, at) => {
        const answer = Buffer.concat([...packets, FLUSH]);
        expect(splitPackets(answer)).toMatchObject({ isWhole: true });
        expect(splitPackets(answer).packets).toHaveLength(packets.length + 1);
        expect(splitPackets(answer.subarray(0, at % answer.length)).isWhole).toBe(false);
      }),
    );
  });

  test('that is anything at all is read without an error', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(splitPackets(Buffer.from(bytes)).packets.length).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  test('says what the server says in place of an answer', () => {
    const say = (text: string) =>
      findRefusal(splitPackets(Buffer.concat([encodeLine('a'), encodeLine(text)])));
    expect(say('ERR upload-pack: not our ref 1')).toBe('upload-pack: not our ref 1');
    expect(say('\u0003fatal: no space')).toBe('fatal: no space');
    expect(say('\u0002progress')).toBeNull();
    expect(findRefusal(splitPackets(Buffer.from('')))).toBeNull();
  });
});
