import { join } from 'node:path';
import type { Trigger } from '../ports/daemon.ts';
import type { Log } from '../ports.ts';
import { watchFiles } from './watch-files.ts';

/** git renames the ref into its place as the last thing that it does. */
const QUIET_MS = 10;

/**
 * Asks when somebody pushes to a repository on this host: a few milliseconds before `git push` returns. A ref stands in a
 * file of its own or in `packed-refs`.
 */
export function pushTrigger(tip: { readonly gitdir: string; readonly ref: string }, log: Log): Trigger {
  const paths = [join(tip.gitdir, tip.ref), join(tip.gitdir, 'packed-refs')];
  return { start: (ask) => watchFiles({ paths, quietMs: QUIET_MS, log }, () => void ask('push')) };
}
