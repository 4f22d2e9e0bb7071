import { itemize } from './itemize.ts';
import { sha256 } from './sha256.ts';
import type { Change, Desired, DesiredFile, ObservedFile, Plan, ReloadReason, TargetName } from './types.ts';

/** The php-fpm file comes first: what can fail after a rename is php-fpm's, so it is looked at first. */
const WORK_ORDER: Readonly<Record<TargetName, number>> = { 'php-fpm': 0, shell: 1 };

/**
 * What has to be done to bring the observed files to the desired ones, with the meaning of
 * `rsync -c -i -n -p -o -g`; null when nothing has to be done. Time stamps never count.
 *
 * `observed` holds every desired path; a path that it lacks is a bug of the caller. `owes`: php-fpm may not be running
 * what is on disk, so a reload is due even without a change. An obstacle is planned like a missing file, as rsync
 * does; carrying it out is refused.
 */
export function makePlan(
  desired: Desired,
  observed: ReadonlyMap<string, ObservedFile>,
  owes: boolean,
): Plan | null {
  const changes = [...desired.files]
    .sort((a, b) => WORK_ORDER[a.target] - WORK_ORDER[b.target])
    .map((file) => makeChange(file, observe(observed, file.path)))
    .filter((change) => change !== null);
  const reload = chooseReload(changes, owes);
  return changes.length === 0 && reload === null ? null : { desired, changes, reload };
}

/**
 * sha256 (hex) of rendered content: of targets and bytes alone. Path, mode and owner do not count, nor does the order;
 * null bytes stand for a file that does not exist.
 */
export function fingerprintOf(
  files: readonly { readonly target: TargetName; readonly bytes: Uint8Array | null }[],
): string {
  const lines = files.map(({ target, bytes }) => `${target} ${bytes === null ? 'absent' : sha256(bytes)}\n`);
  return sha256(lines.sort().join(''));
}

function makeChange(desired: DesiredFile, before: ObservedFile): Change | null {
  const code = itemize(desired, before);
  return code === '' ? null : { kind: kindOf(code), desired, before, itemize: code };
}

function kindOf(code: string): Change['kind'] {
  if (code.startsWith('*')) return 'remove';
  if (code.startsWith('>f+')) return 'create';
  return code.startsWith('>') ? 'replace' : 'metadata';
}

function chooseReload(changes: readonly Change[], owes: boolean): ReloadReason | null {
  const content = changes.some(({ kind, desired }) => desired.target === 'php-fpm' && kind !== 'metadata');
  if (content) return 'content';
  return owes ? 'owed' : null;
}

function observe(observed: ReadonlyMap<string, ObservedFile>, path: string): ObservedFile {
  const file = observed.get(path);
  if (file === undefined) throw new Error(`makePlan: ${path} was not observed`);
  return file;
}
