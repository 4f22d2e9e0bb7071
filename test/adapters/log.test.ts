import { expect, test } from 'vitest';
import { lineLog } from '../../src/adapters/log.ts';
import { Value } from '../../src/core/value.ts';

function linesOf(
  level: 'debug' | 'warning',
  tell: (log: ReturnType<typeof lineLog>) => void,
): readonly string[] {
  const lines: string[] = [];
  tell(lineLog({ level, write: (line) => lines.push(line) }));
  return lines;
}

test('an event is one line, whatever its fields hold, and a secret is masked', () => {
  const fields = { path: '/etc/a.conf', why: 'two\nlines "x"', value: new Value('hunter2', true) };
  expect(linesOf('debug', (log) => log.event('info', 'planned', fields))).toEqual([
    'info planned path=/etc/a.conf why="two\\nlines \\"x\\"" value="***"\n',
  ]);
});

test('what is less important than asked for is not told', () => {
  const tell = (log: ReturnType<typeof lineLog>) => {
    log.event('debug', 'probed', {});
    log.event('error', 'lost', {});
  };
  expect(linesOf('warning', tell)).toEqual(['error lost\n']);
});
