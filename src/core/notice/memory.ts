import type { RunReport } from '../daemon/report.ts';
import type { FailureCode } from './notice.ts';

/** What a host remembers of the notices of its runs. Times are ISO 8601, UTC. */
export interface RunMemory {
  /** The environment that a run has read last. */
  readonly environment: string | null;
  /** The commit whose content was live last. */
  readonly live: string | null;
  readonly failures: readonly KnownFailure[];
  /** What was put back and told last. */
  readonly healed: { readonly paths: readonly string[]; readonly at: string } | null;
}

export interface KnownFailure {
  /** Equal for what is the same failure to people. */
  readonly key: string;
  readonly since: string;
  /** Null: nobody has taken a notice of it yet. */
  readonly toldAt: string | null;
  /** When a notice of it, or of its end, was sent in vain last. */
  readonly missedAt: string | null;
  /** When its end was told; null: it goes on. */
  readonly overAt: string | null;
}

export const NOTHING_REMEMBERED: RunMemory = { environment: null, live: null, failures: [], healed: null };

/** So many are enough: one that is forgotten is told once more. */
const MOST_FAILURES = 20;

/** Something that was sent in vain is sent again after this time. */
export const RETRY_MS = 10 * 60_000;

/** What comes back so soon after its end was told is the same failure still. */
const FLAP_MS = 10 * 60_000;

/** The failure of a report as far as it is known; a new one where it is not. */
export function findFailure({ failures }: RunMemory, report: RunReport, now: Date): KnownFailure {
  const key = keyOf(report);
  const known = failures.find((failure) => failure.key === key);
  return known ?? { key, since: now.toISOString(), toldAt: null, missedAt: null, overAt: null };
}

function keyOf({ error, commit }: RunReport): string {
  const code = error?.code ?? '';
  return `${code !== '' && isHeld(code) ? 'held' : code} ${commit ?? ''}`;
}

/** Content that was undone is held from then on: to people that is one thing. */
export function isHeld(code: FailureCode): boolean {
  return code === 'APPLY_UNDONE' || code === 'COMMIT_HELD';
}

/** Whether a failure that is there is told now. */
export function isFailureDue(
  { toldAt, missedAt, overAt }: KnownFailure,
  repeatMs: number,
  now: Date,
): boolean {
  if (!hasPassed(missedAt, RETRY_MS, now)) return false;
  return overAt === null ? hasPassed(toldAt, repeatMs, now) : hasPassed(overAt, FLAP_MS, now);
}

/** The memory with a failure that was told, or sent in vain. */
export function noteFailure(memory: RunMemory, failure: KnownFailure, now: Date) {
  const at = now.toISOString();
  const others = memory.failures.filter(({ key }) => key !== failure.key);
  const remember = (noted: KnownFailure): RunMemory => ({
    ...memory,
    failures: [...others, noted].slice(-MOST_FAILURES),
  });
  const since = failure.overAt === null ? failure.since : at;
  return {
    told: remember({ ...failure, since, toldAt: at, missedAt: null, overAt: null }),
    missed: remember({ ...failure, missedAt: at }),
  };
}

/** Failures whose end was not told. One whose notice was sent in vain may have been heard of all the same. */
export function findOpen({ failures }: RunMemory): readonly KnownFailure[] {
  return failures.filter(({ overAt }) => overAt === null);
}

/** Whether the end of failures is told now. */
export function isEndDue(open: readonly KnownFailure[], now: Date): boolean {
  return open.length > 0 && open.every(({ missedAt }) => hasPassed(missedAt, RETRY_MS, now));
}

/** The memory after a run without a failure: where the end of what failed was told, sent in vain, or is not due. */
export function noteEnd(memory: RunMemory, now: Date) {
  const at = now.toISOString();
  const known = memory.failures.filter(({ overAt }) => overAt === null || !hasPassed(overAt, FLAP_MS, now));
  const remember = (change: (open: KnownFailure) => KnownFailure): RunMemory => ({
    ...memory,
    failures: known.map((failure) => (failure.overAt === null ? change(failure) : failure)),
  });
  return {
    told: remember((open) => ({ ...open, missedAt: null, overAt: at })),
    missed: remember((open) => ({ ...open, missedAt: at })),
    untold: remember((open) => open),
  };
}

/** A clock that was set back by more than that ends the wait, too. */
export function hasPassed(at: string | null, ms: number, now: Date): boolean {
  return at === null || Math.abs(now.getTime() - Date.parse(at)) >= ms;
}
