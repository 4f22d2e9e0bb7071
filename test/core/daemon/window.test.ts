import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findOpening, formatWindow, isInside, parseWindow } from '../../../src/core/daemon/window.ts';

/** 2 March 2026 is a Monday; a local time. */
const at = (day: number, clock: string): Date => new Date(`2026-03-0${day + 1}T${clock}:00`);

const windowOf = (text: string) => {
  const window = parseWindow(text);
  if (window === null) throw new Error(`${text} is no window`);
  return window;
};

describe('a change window', () => {
  test.each([
    ['Mon-Fri 08:00-18:00', at(1, '08:00'), true],
    ['Mon-Fri 08:00-18:00', at(1, '07:59'), false],
    ['Mon-Fri 08:00-18:00', at(1, '18:00'), false],
    ['Mon-Fri 08:00-18:00', at(6, '12:00'), false],
    ['Sat-Mon 10:00-12:00', at(1, '10:30'), true],
    ['Sat-Mon 10:00-12:00', at(2, '10:30'), false],
    ['Tue,Thu 10:00-12:00', at(4, '10:30'), true],
    ['22:00-24:00', at(3, '23:59'), true],
    ['00:00-24:00', at(3, '00:00'), true],
  ])('%s at %s', (text, time, expected) => {
    expect(isInside(windowOf(text), time)).toBe(expected);
  });

  test.each([
    '',
    'always',
    'Mon-Fri',
    '08:00',
    '8:00-9:00',
    '18:00-08:00',
    '08:00-08:00',
    '08:60-09:00',
    '08:00-24:01',
  ])('%j is none', (text) => expect(parseWindow(text)).toBeNull());

  test.each([
    'Mo 08:00-09:00',
    'Mon- 08:00-09:00',
    'Mon-Tue-Wed 08:00-09:00',
    'mon 08:00-09:00',
    ', 08:00-09:00',
  ])('%j names no days', (text) => expect(parseWindow(text)).toBeNull());

  test('is written as it was read', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 }),
        fc.integer({ min: 0, max: 1438 }),
        fc.integer({ min: 1, max: 1440 }),
        (days, start, length) => {
          const window = { days, start, end: Math.min(1440, start + length) };
          expect(parseWindow(formatWindow(window))).toMatchObject({ start, end: window.end });
          expect([...(parseWindow(formatWindow(window))?.days ?? [])].sort()).toEqual([...days].sort());
        },
      ),
    );
  });

  test('opens at its first minute, after a weekend too', () => {
    const windows = [windowOf('Mon-Fri 08:00-18:00')];
    expect(findOpening(windows, at(1, '06:30'))).toEqual(at(1, '08:00'));
    expect(findOpening(windows, at(5, '18:00'))).toEqual(new Date('2026-03-09T08:00:00'));
    expect(findOpening(windows, at(1, '09:15'))).toEqual(at(1, '09:15'));
    expect(findOpening([], at(1, '09:15'))).toBeNull();
  });
});
