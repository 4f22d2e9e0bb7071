import type { RunEvent, RunReport } from '../daemon/report.ts';
import type { Sample } from './exposition.ts';
import { sample } from './exposition.ts';
import type { Histogram } from './histogram.ts';
import { countOf, EMPTY_HISTOGRAM, histogramSamples, observe } from './histogram.ts';

type Result = RunReport['status'];

/** What a daemon counts from its start. Results and codes are closed sets, so that the number of series is bounded. */
export interface RunCounts {
  readonly durations: Readonly<Record<Result, Histogram>>;
  /** By the code of the error; those that never came up have no series. */
  readonly errors: ReadonlyMap<string, number>;
  readonly reloads: number;
  readonly heals: number;
  /** The commit whose content was live after the last run, as far as it is known. */
  readonly applied: string | null;
}

export const NO_RUNS: RunCounts = {
  durations: {
    'in-sync': EMPTY_HISTOGRAM,
    applied: EMPTY_HISTOGRAM,
    busy: EMPTY_HISTOGRAM,
    paused: EMPTY_HISTOGRAM,
    failed: EMPTY_HISTOGRAM,
  },
  errors: new Map(),
  reloads: 0,
  heals: 0,
  applied: null,
};

/** After one more run. */
export function countRun(counts: RunCounts, { report, seconds }: RunEvent): RunCounts {
  const { status, error, reloads } = report;
  const { durations, errors, applied } = counts;
  return {
    durations: { ...durations, [status]: observe(durations[status], seconds) },
    errors: error === null ? errors : new Map(errors).set(error.code, (errors.get(error.code) ?? 0) + 1),
    reloads: counts.reloads + reloads,
    heals: counts.heals + (isHeal(report, applied) ? 1 : 0),
    applied: findApplied(report) ?? applied,
  };
}

/** Files were brought back to what was live already. A run that went back from new content, or owes a reload, is no heal. */
function isHeal({ changes, content, exitCode }: RunReport, applied: string | null): boolean {
  return changes.length > 0 && content !== null && content === applied && ![17, 18].includes(exitCode);
}

/** A look that found nothing to do names the live commit as the head. */
function findApplied({ content, commit, error }: RunReport): string | null {
  return error === null ? (content ?? commit) : null;
}

/** Everything that was counted. */
export function countSamples({ durations, errors, reloads, heals }: RunCounts): readonly Sample[] {
  const results = Object.entries(durations);
  return [
    ...results.map(([result, histogram]) => sample('runs_total', countOf(histogram), { result })),
    ...[...errors].map(([code, count]) => sample('run_errors_total', count, { code })),
    ...results.flatMap(([result, histogram]) =>
      countOf(histogram) === 0 ? [] : histogramSamples('run_duration_seconds', { result }, histogram),
    ),
    sample('reloads_total', reloads),
    sample('drift_heals_total', heals),
  ];
}
