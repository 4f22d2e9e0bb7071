import type { RunEvent } from '../daemon/report.ts';
import { isHeld } from '../notice/memory.ts';
import type { Sample } from './exposition.ts';
import { sample, timeSamples } from './exposition.ts';

/** When a run ended. */
export function endOf({ at, seconds }: RunEvent): Date {
  return new Date(at.getTime() + seconds * 1000);
}

/** Whether the host is as it is wanted. A paused run and one that found another at work say nothing of it. */
export function isSuccess({ report: { status } }: RunEvent): boolean {
  return status === 'in-sync' || status === 'applied';
}

/** What is told of the last run; nothing before the first one. */
export function lastRunSamples(run: RunEvent | null): readonly Sample[] {
  if (run === null) return [];
  const { status: result, exitCode, error } = run.report;
  const code = error?.code ?? '';
  return [
    ...timeSamples('last_run_timestamp_seconds', endOf(run)),
    sample('last_run_duration_seconds', run.seconds),
    sample('last_run_exit_code', exitCode),
    sample('last_run_info', 1, { result, code }),
    sample('head_held', error !== null && isHeld(error.code) ? 1 : 0),
  ];
}
