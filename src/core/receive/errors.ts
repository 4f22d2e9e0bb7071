import type { ErrorRow } from '../error-row.ts';
import { row } from '../error-row.ts';

/** What can go wrong with a push, and with what sets a repository up for it: a part of the one table. */
export const RECEIVE_ERRORS = {
  REPOSITORY_UNUSABLE: row(
    78,
    'never',
    'docs/receive.md says what a repository that people push to has to be like, and who may set it up.',
  ),
  HOOK_FOREIGN: row(
    78,
    'never',
    'A hook of your own has to hand on what it reads; docs/receive.md shows how.',
  ),
  PUSH_REWINDS: row(
    15,
    'never',
    'Take a change back with `git revert`; docs/receive.md says how the host itself goes back to an older commit.',
  ),
  PUSH_UNCHECKED: row(
    19,
    'never',
    'Nothing was changed. Push again; where it happens again, look at git and the disk of this host.',
  ),
} as const satisfies Record<string, ErrorRow>;
