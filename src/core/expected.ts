import { complain } from './complain.ts';
import { equalBytes } from './itemize.ts';
import type { RenderedHost } from './render-host.ts';
import type { Complaint, Snapshot, TargetName } from './types.ts';

/** How each file is named below `expected/<host>/`, and by `reconcile render`. */
export const FILE_NAMES: Readonly<Record<TargetName, string>> = {
  'php-fpm': 'juanpi_php_env.conf',
  shell: 'shell_env.sh',
};

/**
 * Compares what a host gets with `expected/<host>/`, where the repository keeps that: a change of many files can then
 * be read as the change of one. A file that is not kept is not compared. Code: EXPECTED_DIFFERS at the first line
 * that differs.
 */
export function checkExpected(
  snapshot: Snapshot,
  host: string,
  rendered: RenderedHost | null,
): readonly Complaint[] {
  return (rendered?.files ?? []).flatMap(({ target, bytes }) => {
    const path = `expected/${host}/${FILE_NAMES[target]}`;
    const expected = snapshot.files.get(path);
    if (expected === undefined || equalBytes(expected, bytes)) return [];
    const at = { file: path, line: firstDifference(expected, bytes), column: 1 };
    return [complain('EXPECTED_DIFFERS', at, `${host} gets another ${FILE_NAMES[target]} from this line on`)];
  });
}

function firstDifference(expected: Uint8Array, actual: Uint8Array): number {
  const common = expected.findIndex((byte, index) => byte !== actual[index]);
  const end = common === -1 ? Math.min(expected.length, actual.length) : common;
  return expected.subarray(0, end).filter((byte) => byte === 0x0a).length + 1;
}
