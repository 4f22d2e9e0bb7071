import { createHash } from 'node:crypto';
import type { Host, Template } from './types.ts';

/** All that the bytes of a rendered file depend on. */
export interface RevisionInput {
  readonly template: Template;
  readonly host: Host;
  readonly pools: readonly string[];
  /** Name → value of the target's own variables, in order. */
  readonly variables: ReadonlyMap<string, string>;
}

/**
 * The name that a rendered file gives its own content: `pong ` and 16 hex digits of a sha256.
 *
 * Equal input gives an equal revision, whatever the commit; each text is hashed behind its length, so that no two
 * inputs are written alike. `pong` is what php-fpm answers by default, and load balancers look for it.
 */
export function makeRevision({ template, host, pools, variables }: RevisionInput): string {
  const labels = [...host.labels].sort(([one], [other]) => (one < other ? -1 : 1));
  const fields = [
    [template.target, template.text],
    [host.name, host.environment],
    host.groups,
    labels.flat(),
    pools,
    [...variables].flat(),
  ];
  const hash = createHash('sha256');
  for (const texts of fields) {
    hash.update(`${texts.length};`);
    for (const text of texts) {
      const bytes = Buffer.from(text);
      hash.update(`${bytes.length}:`).update(bytes);
    }
  }
  return `pong ${hash.digest('hex').slice(0, 16)}`;
}
