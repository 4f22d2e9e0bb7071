import type { ErrorCode } from '../errors.ts';
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
  try {
    const found: unknown = JSON.parse(line);
    const isReport = typeof found === 'object' && found !== null && 'status' in found && 'exitCode' in found;
    return isReport ? (found as RunReport) : null;
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

/** A run of which nothing came back. */
export function reportLost(error: NonNullable<RunReport['error']>, exitCode: number): RunReport {
  return { ...NOTHING, status: 'failed', exitCode, commit: null, error };
}
