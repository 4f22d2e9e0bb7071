import type { ErrorCode } from '../errors.ts';
import { ERRORS, ReconcileError } from '../errors.ts';
import type { Change, Complaint, Outcome } from '../types.ts';
import type { Reason } from './reason.ts';

/** How a run ended, for programs; no value of a variable is in it. What `--json` prints, and what a daemon tells of a run. */
export interface RunReport {
  readonly status: Outcome['kind'];
  readonly exitCode: number;
  /** The head of the repository; null when it was not read. */
  readonly commit: string | null;
  /** The commit whose content the changes brought; null: what was found on the host, or no change. */
  readonly content: string | null;
  /** The environment of this host, where the run read the repository; null: what is live was not read again. */
  readonly environment: string | null;
  /** One sentence for people; null: nothing was done. */
  readonly summary: string | null;
  readonly changes: readonly {
    readonly kind: Change['kind'];
    readonly path: string;
    readonly itemize: string;
  }[];
  readonly reloads: number;
  readonly error: { readonly code: ErrorCode | 'BUG'; readonly message: string } | null;
  readonly complaints: readonly Complaint[];
}

/** A run of the daemon. */
export interface RunEvent {
  readonly reasons: readonly Reason[];
  /** When it began. */
  readonly at: Date;
  readonly seconds: number;
  readonly report: RunReport;
}

/** A report out of one line of our own program; null: it is none. */
export function parseReport(line: string): RunReport | null {
  const found = parseJson(line);
  return isReport(found) ? found : null;
}

/** A run of the daemon as JSON has it; null: it is none. */
export function parseRunEvent(text: string): RunEvent | null {
  const found = parseJson(text);
  if (typeof found !== 'object' || found === null) return null;
  const { reasons, at, seconds, report } = found as Readonly<Record<string, unknown>>;
  if (!Array.isArray(reasons) || typeof at !== 'string' || typeof seconds !== 'number') return null;
  return isReport(report) ? { reasons, at: new Date(at), seconds, report } : null;
}

function isReport(found: unknown): found is RunReport {
  if (typeof found !== 'object' || found === null) return false;
  const { status, exitCode, changes } = found as Readonly<Record<string, unknown>>;
  return typeof status === 'string' && typeof exitCode === 'number' && Array.isArray(changes);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // cut off, because the program died
  }
}

const NOTHING: Omit<RunReport, 'status' | 'exitCode' | 'commit' | 'error'> = {
  content: null,
  environment: null,
  summary: null,
  changes: [],
  reloads: 0,
  complaints: [],
};

/** A look at the host that found nothing to do. */
export function reportSettled(commit: string | null): RunReport {
  return { ...NOTHING, status: 'in-sync', exitCode: 0, commit, error: null };
}

/** Exit code of a bug. */
const BUG = 1;

/** A run that ended by what it threw. */
export function reportThrown(error: unknown): RunReport {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof ReconcileError)) return reportLost({ code: 'BUG', message }, BUG);
  return reportLost({ code: error.code, message }, ERRORS[error.code].exit);
}

/** A run of which nothing came back. */
export function reportLost(error: NonNullable<RunReport['error']>, exitCode: number): RunReport {
  return { ...NOTHING, status: 'failed', exitCode, commit: null, error };
}
