import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NoticeMemory } from '../../../src/core/notice/saved-memory.ts';
import {
  formatMemory,
  isSameMemory,
  NO_NOTICES,
  parseMemory,
} from '../../../src/core/notice/saved-memory.ts';

const AT = '2026-01-02T03:04:05.000Z';

const FULL: NoticeMemory = {
  runs: {
    environment: 'func-01',
    live: '1'.repeat(40),
    failures: [{ key: 'YAML_SYNTAX 1', since: AT, toldAt: AT, missedAt: null, overAt: null }],
    healed: { paths: ['/etc/profile.d/shell_env.sh'], at: AT },
  },
  status: { commit: '1'.repeat(40), state: 'failure', description: 'd', missedAt: null },
};

test.each([
  ['nothing', NO_NOTICES],
  ['everything', FULL],
])('%s is read as it was saved', (_what, memory) => {
  expect(parseMemory(formatMemory(memory))).toEqual(memory);
  expect(isSameMemory(parseMemory(formatMemory(memory)), memory)).toBe(true);
});

describe('a damaged memory is none', () => {
  const text = formatMemory(FULL);

  test('wherever it was cut', () => {
    for (let length = 0; length < text.length - 1; length++)
      expect(parseMemory(text.slice(0, length))).toBe(NO_NOTICES);
  });

  test('whatever stands in place of a part', () => {
    const parts = fc.constantFrom(...text.matchAll(/null|"[^"]*"|\[[^\]]*\]/g)).map((match) => match);
    fc.assert(
      fc.property(parts, fc.json(), (part, other) => {
        const damaged = text.slice(0, part.index) + other + text.slice(part.index + part[0].length);
        const found = parseMemory(damaged);
        for (const { since, toldAt } of found.runs.failures) {
          expect(Number.isNaN(Date.parse(since))).toBe(false);
          expect(toldAt === null || !Number.isNaN(Date.parse(toldAt))).toBe(true);
        }
        expect(found === NO_NOTICES || parseMemory(formatMemory(found))).toBeTruthy();
      }),
    );
  });

  test('of another version', () => {
    expect(parseMemory(text.replace('"schema":1', '"schema":2'))).toBe(NO_NOTICES);
  });
});
