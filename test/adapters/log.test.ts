import { expect, test } from 'vitest';
import type { LogOptions } from '../../src/adapters/log.ts';
import { lineLog } from '../../src/adapters/log.ts';

type Telling = (log: ReturnType<typeof lineLog>) => void;

function linesOf(options: Omit<LogOptions, 'write'>, tell: Telling): readonly string[] {
  const lines: string[] = [];
  tell(lineLog({ ...options, write: (line) => lines.push(line) }));
  return lines;
}

/** One event of each level. */
const tellAll: Telling = (log) => {
  for (const level of ['debug', 'info', 'warning', 'error'] as const) log.event(level, 'probed', {});
};

test('what is less important than asked for is not told', () => {
  expect(linesOf({ level: 'warning' }, tellAll)).toEqual(['warning probed\n', 'error probed\n']);
});

test('journald gets the priority of each line', () => {
  expect(linesOf({ level: 'debug', isJournal: true }, tellAll)).toEqual([
    '<7>debug probed\n',
    '<6>info probed\n',
    '<4>warning probed\n',
    '<3>error probed\n',
  ]);
});

test('a line for programs says when it was', () => {
  const [line = ''] = linesOf({ level: 'error', format: 'json' }, tellAll);
  const ageMs = Date.now() - Date.parse(JSON.parse(line).time);
  expect(ageMs).toBeGreaterThanOrEqual(0);
  expect(ageMs).toBeLessThan(60_000);
});
