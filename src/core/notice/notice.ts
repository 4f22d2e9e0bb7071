import type { RunReport } from '../daemon/report.ts';
import type { Location } from '../types.ts';

/** What people are told of, in the words of `notify.events`. */
export const NOTICE_KINDS = ['failed', 'undone', 'recovered', 'applied', 'healed'] as const;

/**
 * `failed`: a run did not bring the host to the head of the repository; `undone`: php-fpm did not take content over, which is
 * held; `recovered`: a failure that was told is over; `applied`: another commit is live; `healed`: somebody else's change
 * of a file was put back.
 */
export type NoticeKind = (typeof NOTICE_KINDS)[number];

export type FailureCode = NonNullable<RunReport['error']>['code'];

/**
 * News of one run. It is made of names of files, a commit, a host and an environment; messages of errors are no part of
 * it, because they may show the value of a variable.
 */
export interface Notice {
  readonly kind: NoticeKind;
  readonly host: string;
  /** Null: it is not known here. */
  readonly environment: string | null;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** The commit that it is about; null: what was found on the host, or none was read. */
  readonly commit: string | null;
  /** Null where nothing failed. */
  readonly code: FailureCode | null;
  /** When the failure was seen first; ISO 8601, UTC. Null where there was none before. */
  readonly since: string | null;
  readonly changes: readonly { readonly kind: RunReport['changes'][number]['kind']; readonly path: string }[];
  readonly reloads: number;
  /** Where the repository is wrong. */
  readonly places: readonly Location[];
}
