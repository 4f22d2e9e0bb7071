import { expect, test } from 'vitest';
import type { RunReport } from '../../../src/core/daemon/report.ts';
import { reportLost, reportSettled } from '../../../src/core/daemon/report.ts';
import { describeRun } from '../../../src/core/daemon/status-line.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const settled = reportSettled(COMMIT);

function line(report: RunReport): string {
  const at = new Date('2026-01-02T03:04:05.678Z');
  return describeRun({ reasons: ['poll'], at, seconds: 1, report });
}

test.each([
  ['in sync with 0123456789ab', settled],
  ['in sync', reportSettled(null)],
  ['0123: replaced /etc/a', { ...settled, status: 'applied', summary: '0123: replaced /etc/a' }],
  ['another run is at work', { ...settled, status: 'busy' }],
  ['paused', { ...settled, status: 'paused' }],
] as const)('a run is told in one line: %s', (text, report) => {
  expect(line(report)).toBe(`2026-01-02T03:04:05Z ${text}`);
});

test('of a failure the code is told, and no message: it may quote a value', () => {
  const report = reportLost({ code: 'VALUE_UNDECLARED_SHAPE', message: 'PORT is "hunter2"' }, 14);
  expect(line(report)).toBe('2026-01-02T03:04:05Z VALUE_UNDECLARED_SHAPE, exit code 14; the log says more');
});
