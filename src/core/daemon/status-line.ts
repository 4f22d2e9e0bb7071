import type { RunEvent } from './report.ts';

/**
 * How the last run of a daemon went, in one line for everybody on the host. A message of an error is left out, because it
 * may quote the value of a variable; the log has it.
 */
export function describeRun({ at, report }: RunEvent): string {
  const { status, commit, summary, error } = report;
  const time = at.toISOString().replace(/\.\d+Z$/, 'Z');
  if (error !== null) return `${time} ${error.code}, exit code ${report.exitCode}; the log says more`;
  switch (status) {
    case 'in-sync':
      return `${time} in sync${commit === null ? '' : ` with ${commit.slice(0, 12)}`}`;
    case 'applied':
      return `${time} ${summary ?? 'applied'}`;
    case 'busy':
      return `${time} another run is at work`;
    case 'paused':
      return `${time} paused`;
    case 'failed':
      return `${time} failed`;
    default:
      return status satisfies never;
  }
}
