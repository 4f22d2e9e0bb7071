import { expect, test } from 'vitest';
import { MalformedError, WireReader } from '../../../src/core/git/ssh-wire.ts';
import { fields } from '../../helpers/ssh-signature.ts';

test('what was written is read, one after the other', () => {
  const reader = new WireReader(Buffer.concat([fields('name', ''), Buffer.from([1, 2, 0, 0, 0, 9])]));
  expect(reader.text()).toBe('name');
  expect(reader.string()).toEqual(Buffer.alloc(0));
  expect(reader.take(2)).toEqual(Buffer.from([1, 2]));
  expect(() => reader.end()).toThrow(MalformedError);
  expect(reader.uint32()).toBe(9);
  reader.end();
});

test.each([
  ['nothing', []],
  ['half a length', [0, 0, 0]],
  ['a length without bytes', [0, 0, 0, 1]],
  ['too few bytes', [0, 0, 0, 3, 1, 2]],
  ['the largest length', [0xff, 0xff, 0xff, 0xff, 1]],
])('%s is no string', (_what, bytes) => {
  expect(() => new WireReader(Buffer.from(bytes)).string()).toThrow(MalformedError);
});

test.each([
  [[1], [1]],
  [
    [0x7f, 0],
    [0x7f, 0],
  ],
  [[0, 0x80], [0x80]],
])('the number %j has the magnitude %j', (bytes, magnitude) => {
  expect(new WireReader(fields(Buffer.from(bytes))).positive()).toEqual(Buffer.from(magnitude));
});

test.each([[[]], [[0]], [[0x80]], [[0, 0x7f]], [[0, 0, 0x80]]])('%j is no positive number', (bytes) => {
  expect(() => new WireReader(fields(Buffer.from(bytes))).positive()).toThrow(MalformedError);
});
