import type { DesiredFile, ObservedFile } from './types.ts';

type Regular = ObservedFile & { readonly kind: 'file' };

/**
 * The code that `rsync -c -i -n -p -o -g` prints for bringing `before` to `desired`, e.g. `>fcsT......`; the empty
 * string for no difference. Positions (rsync(1), --itemize-changes): update, type, checksum, size, time, permissions,
 * owner, group, and three that are never set here.
 *
 * `T`, because without `-t` a transfer sets the time of the transfer. What is no regular file counts as missing, as
 * rsync counts it. A file that shall not exist is `*deleting`.
 */
export function itemize(desired: DesiredFile, before: ObservedFile): string {
  if (desired.bytes === null) return before.kind === 'absent' ? '' : '*deleting';
  if (before.kind !== 'file') return '>f+++++++++';
  const attributes = itemizeAttributes(desired, before);
  if (!equalBytes(desired.bytes, before.bytes)) {
    const size = desired.bytes.length === before.bytes.length ? '.' : 's';
    return `>fc${size}T${attributes}...`;
  }
  return attributes === '...' ? '' : `.f...${attributes}...`;
}

/** Whether two byte sequences are equal; both may be buffers or plain arrays of bytes. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}

function itemizeAttributes(desired: DesiredFile, before: Regular): string {
  const mode = desired.mode === before.mode ? '.' : 'p';
  const owner = desired.uid === before.uid ? '.' : 'o';
  const group = desired.gid === before.gid ? '.' : 'g';
  return mode + owner + group;
}
