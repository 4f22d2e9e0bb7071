import type { RunEvent, RunReport } from '../../../src/core/daemon/report.ts';
import { reportSettled } from '../../../src/core/daemon/report.ts';

export const LIVE = 'a'.repeat(40);
export const NEXT = 'b'.repeat(40);
const FILE = '/etc/php/fpm.d/juanpi_php_env.conf';

/** A run that ended at 03:04:07, two seconds after it began; by default it found nothing to do. */
export function ended(report: Partial<RunReport> = {}): RunEvent {
  const at = new Date('2026-01-02T03:04:05.000Z');
  return { reasons: ['poll'], at, seconds: 2, report: { ...reportSettled(LIVE), ...report } };
}

/** A run that brought the content of a commit into a file. */
export function changed(content: string, report: Partial<RunReport> = {}): RunEvent {
  const changes = [{ kind: 'replace', path: FILE, itemize: '>fc.T......' }] as const;
  return ended({ status: 'applied', commit: content, content, changes, reloads: 1, ...report });
}

/** A run that failed. */
export function failed(
  code: NonNullable<RunReport['error']>['code'],
  report: Partial<RunReport> = {},
): RunEvent {
  return ended({ status: 'failed', exitCode: 18, error: { code, message: 'it failed' }, ...report });
}
