import type { RunReport } from '../../src/core/daemon/report.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { ERRORS } from '../../src/core/errors.ts';
import type { Notice } from '../../src/core/notice/notice.ts';

export const ONE = '1'.repeat(40);
export const TWO = '2'.repeat(40);
export const PHP_FILE = '/etc/php/fpm.d/juanpi_php_env.conf';

/** A run that found the host at this commit; null: it did not ask. */
export function inSync(commit: string | null): RunReport {
  return {
    status: 'in-sync',
    exitCode: 0,
    commit,
    content: null,
    environment: null,
    summary: null,
    changes: [],
    reloads: 0,
    error: null,
    complaints: [],
  };
}

/** A run that wrote a file and reloaded php-fpm. */
export function applied(commit: string): RunReport {
  return {
    ...inSync(commit),
    status: 'applied',
    content: commit,
    environment: 'func-01',
    summary: `${commit.slice(0, 12)}: replaced ${PHP_FILE}, reloaded php-fpm and proved it`,
    changes: [{ kind: 'replace', path: PHP_FILE, itemize: '>fcsT......' }],
    reloads: 1,
  };
}

/** A run that put back what somebody changed. */
export function healed(commit: string, path = PHP_FILE): RunReport {
  return {
    ...applied(commit),
    environment: null,
    changes: [{ kind: 'replace', path, itemize: '>fcsT......' }],
  };
}

/** A run that failed with nothing done. */
export function failed(code: ErrorCode, commit: string | null = null): RunReport {
  return {
    ...inSync(commit),
    status: 'failed',
    exitCode: ERRORS[code].exit,
    error: { code, message: 'a message that may show a value' },
  };
}

export const NOTICE: Notice = {
  kind: 'failed',
  host: 'php-143-117',
  environment: 'func-01',
  at: '2026-01-02T03:04:05.000Z',
  commit: ONE,
  code: 'YAML_SYNTAX',
  since: null,
  changes: [],
  reloads: 0,
  places: [{ file: 'env/common.yaml', line: 3, column: 7 }],
};
