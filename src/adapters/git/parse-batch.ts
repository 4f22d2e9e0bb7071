import type { StoredObject } from './object-store.ts';
import { isNamed } from './object-store.ts';

/**
 * What `git cat-file --batch` prints, `<oid> <type> <size>\n<bytes>\n` for each object (git-cat-file(1)): those that are
 * whole and have the name that their bytes stand for. A line of another form, as for a missing one, has no bytes after it.
 */
export function parseBatch(output: Buffer): ReadonlyMap<string, StoredObject> {
  const objects = new Map<string, StoredObject>();
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    if (end < 0) break;
    const head = parseHead(output.toString('latin1', at, end));
    at = end + 1;
    if (head === null) continue;
    const bytes = Buffer.from(output.subarray(at, at + head.size)); // a copy: a view would keep all of it
    if (isNamed(head.oid, head.type, bytes)) objects.set(head.oid, { type: head.type, bytes });
    at += head.size + 1;
  }
  return objects;
}

function parseHead(line: string) {
  const [, oid = '', type, size = ''] = /^([0-9a-f]{40}) (commit|tree|blob|tag) (\d+)$/.exec(line) ?? [];
  return type === undefined ? null : { oid, type: type as StoredObject['type'], size: Number(size) };
}
