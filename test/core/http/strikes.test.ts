import { expect, test } from 'vitest';
import { Strikes } from '../../../src/core/http/strikes.ts';

const RATES = { source: { burst: 2, perSecond: 1 }, all: { burst: 5, perSecond: 10 } };
const NOON = new Date('2026-10-01T12:00:00Z');
const later = (ms: number) => new Date(NOON.getTime() + ms);

test('whoever is refused too often waits, and the others do not', () => {
  const strikes = new Strikes(RATES);
  expect(strikes.waitMs('192.0.2.1', NOON)).toBe(0);
  for (let i = 0; i < 3; i++) strikes.count('192.0.2.1', NOON);
  expect(strikes.waitMs('192.0.2.1', NOON)).toBe(1000);
  expect(strikes.waitMs('::ffff:192.0.2.1', NOON)).toBe(1000);
  expect(strikes.waitMs('192.0.2.2', NOON)).toBe(0);
  expect(strikes.waitMs('192.0.2.1', later(1000))).toBe(0);
});

test('many who are refused together make all wait', () => {
  const strikes = new Strikes(RATES);
  for (let i = 0; i < 5; i++) strikes.count(`192.0.2.${i}`, NOON);
  expect(strikes.waitMs('198.51.100.1', NOON)).toBe(100);
  expect(strikes.waitMs('198.51.100.1', later(100))).toBe(0);
});

test('a thousand addresses are remembered, not more', () => {
  const strikes = new Strikes({ ...RATES, all: { burst: 10_000, perSecond: 1 } });
  const strike = (address: string) => [1, 2].map(() => strikes.count(address, NOON));
  strike('192.0.2.1');
  for (let i = 0; i < 999; i++) strike(`10.0.${i >> 8}.${i & 255}`);
  expect(strikes.waitMs('192.0.2.1', NOON)).toBe(1000);
  strike('10.1.0.0');
  expect(strikes.waitMs('192.0.2.1', NOON)).toBe(0);
  expect(strikes.waitMs('10.0.0.0', NOON)).toBe(1000);
});
