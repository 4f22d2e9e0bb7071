import { describe, expect, test } from 'vitest';
import type { Pause } from '../../../src/core/daemon/restraint.ts';
import { findRestraint, LONGEST_PAUSE_MS, parsePause } from '../../../src/core/daemon/restraint.ts';
import { parseWindow } from '../../../src/core/daemon/window.ts';

const NOW = new Date('2026-03-02T12:00:00Z');
const later = (ms: number): string => new Date(NOW.getTime() + ms).toISOString();
const pauseUntil = (until: string): Pause => ({
  kind: 'paused',
  reason: 'freeze',
  since: NOW.toISOString(),
  until,
});

describe('what keeps a run from taking a commit', () => {
  test('is nothing, where nobody paused and no window is set', () => {
    expect(findRestraint(null, [], NOW)).toBeNull();
  });

  test('is a pause, until it ends by itself', () => {
    expect(findRestraint(pauseUntil(later(1)), [], NOW)).toMatchObject({ kind: 'paused', reason: 'freeze' });
    expect(findRestraint(pauseUntil(later(0)), [], NOW)).toBeNull();
    expect(findRestraint(pauseUntil(later(-1)), [], NOW)).toBeNull();
  });

  test('is no pause that a wrong clock made longer than any can be', () => {
    expect(findRestraint(pauseUntil(later(LONGEST_PAUSE_MS)), [], NOW)).not.toBeNull();
    expect(findRestraint(pauseUntil(later(LONGEST_PAUSE_MS + 1)), [], NOW)).toBeNull();
  });

  test('is the time outside of the windows, until the next one opens', () => {
    const window = parseWindow('Tue 00:00-01:00');
    const restraint = findRestraint(null, window === null ? [] : [window], new Date('2026-03-02T12:00:00'));
    expect(restraint).toEqual({
      kind: 'heal-only',
      reason: 'outside of the change windows',
      until: new Date('2026-03-03T00:00:00').toISOString(),
    });
  });
});

test('a pause is read as it was saved', () => {
  const pause = pauseUntil(later(1000));
  expect(parsePause(JSON.stringify(pause))).toEqual(pause);
});

test.each([
  '',
  '{',
  'null',
  '[]',
  '{"kind":"paused"}',
  '{"kind":"x","reason":"r","since":"2026","until":"2027"}',
])('a damaged pause is none: %s', (text) => expect(parsePause(text)).toBeNull());
