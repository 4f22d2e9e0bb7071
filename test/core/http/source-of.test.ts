import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sourceOf } from '../../../src/core/http/source-of.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['', ''],
])('%j counts as %j', (address, source) => {
  expect(sourceOf(address)).toBe(source);
});

test('all addresses of one /64 are one, and those of two are two', () => {
  const [prefix, rest] = [fc.array(group(), length(4)), fc.array(group(), length(4))];
  fc.assert(
    fc.property(prefix, rest, rest, (network, one, other) => {
      const [first, second] = [one, other].map((end) => sourceOf([...network, ...end].join(':')));
      expect(first).toBe(second);
      const next = [...network.slice(0, 3), network[3] === '1' ? '2' : '1', ...one].join(':');
      expect(sourceOf(next)).not.toBe(first);
    }),
  );
});

function group() {
  return fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
}

function length(count: number) {
  return { minLength: count, maxLength: count };
}
