import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatEvent, LOG_FORMATS } from '../../src/core/log-line.ts';
import { Value } from '../../src/core/value.ts';

const at = new Date('2026-01-02T03:04:05.678Z');
const fields = {
  path: '/etc/a.conf',
  why: 'two\nlines "x"',
  value: new Value('hunter2', true),
  count: 3,
  reasons: ['push', 'poll'],
  commit: null,
};
const event = { at, level: 'info', name: 'planned', fields } as const;

test.each([
  [
    'text',
    'info planned path=/etc/a.conf why="two\\nlines \\"x\\"" value="***" count=3 reasons=push,poll commit=null',
  ],
  [
    'logfmt',
    'time=2026-01-02T03:04:05.678Z level=info event=planned path=/etc/a.conf why="two\\nlines \\"x\\"" value="***" count=3 reasons=push,poll commit=null',
  ],
  [
    'json',
    '{"time":"2026-01-02T03:04:05.678Z","level":"info","event":"planned","path":"/etc/a.conf","why":"two\\nlines \\"x\\"","value":"***","count":3,"reasons":["push","poll"],"commit":null}',
  ],
] as const)('an event as %s', (format, line) => {
  expect(formatEvent(format, event)).toBe(line);
});

test('no field takes the place of time, level or name', () => {
  const forged = { time: 'x', level: 'debug', event: 'other', more: 1 };
  expect(JSON.parse(formatEvent('json', { ...event, fields: forged }))).toEqual({
    time: at.toISOString(),
    level: 'info',
    event: 'planned',
    more: 1,
  });
  expect(formatEvent('logfmt', { ...event, fields: forged })).toBe(
    'time=2026-01-02T03:04:05.678Z level=info event=planned more=1',
  );
});

test.each(LOG_FORMATS)('an event as %s is one line, whatever it holds, and shows no secret', (format) => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '=', '"', '\\', '\n', '\r', '\u0000', '\u001b', 'é', '中'),
  });
  const value = fc.oneof(
    fc.constantFrom(undefined, null, true, 1.5, 10n, Symbol('x'), { toString: () => 'a\nb' }),
    fc.array(text, { maxLength: 3 }),
    text,
    fc.constant(new Value('hunter2', true)),
    fc.constant([new Value('hunter2', true)]),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('path', 'time', 'level', 'why'), value), (each) => {
      const line = formatEvent(format, { ...event, fields: each });
      expect(line).not.toMatch(/[\n\r]|hunter2/);
      if (format === 'json') expect(JSON.parse(line)).toMatchObject({ event: 'planned', level: 'info' });
    }),
  );
});
