/** A commit as it stands in the object store, for who made it and what came before it. */
export interface Commit {
  /** 40 hex digits. */
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  /** Seconds since 1970, as the committer's clock said. */
  readonly committedAt: number;
  /** The bytes that a signature covers: the object without its signature. */
  readonly payload: Uint8Array;
  /** SSH or OpenPGP, armored; null: unsigned. */
  readonly signature: string | null;
}

/**
 * What lies between a commit and one that was live before: `behind`, the live one contains it; `unknown`, the history
 * that would tell is not here.
 */
export type Relation = 'same' | 'fast-forward' | 'behind' | 'rewritten' | 'unknown';

/** The way from a live commit to another one. */
export interface Advance {
  readonly relation: Relation;
  /**
   * All that the other one contains and the live one does not, itself first; empty unless it is a fast-forward. Null: not
   * all of them are here.
   */
  readonly commits: readonly Commit[] | null;
}

/**
 * Reads a commit object (git-hash-object(1); the header `gpgsig` may have further lines, which begin with a space). The
 * text is not decoded, so that what is verified are the bytes. Throws node's own error where it is none.
 */
export function parseCommit(oid: string, object: Uint8Array): Commit {
  const bytes = Buffer.from(object.buffer, object.byteOffset, object.byteLength);
  const end = bytes.indexOf('\n\n');
  const lines = splitHeader(bytes.toString('latin1', 0, end < 0 ? bytes.length : end));
  const valuesOf = (name: string) => lines.filter((line) => line.startsWith(`${name} `)).map(textAfterName);
  const [tree] = valuesOf('tree');
  const committedAt = Number(/ (\d+) [+-]\d+$/.exec(valuesOf('committer')[0] ?? '')?.[1]);
  if (tree === undefined || Number.isNaN(committedAt)) throw new Error(`${oid} is no commit`);
  const [signature = null] = valuesOf('gpgsig');
  const rest = end < 0 ? '' : bytes.toString('latin1', end + 1);
  const covered = lines.filter((line) => !line.startsWith('gpgsig '));
  return {
    oid,
    tree,
    parents: valuesOf('parent'),
    committedAt,
    payload: Buffer.from(`${covered.map((line) => `${line}\n`).join('')}${rest}`, 'latin1'),
    signature: signature === null ? null : `${signature.replaceAll('\n ', '\n')}\n`,
  };
}

/** Header lines, each with the lines that continue it. */
function splitHeader(text: string): readonly string[] {
  return text.split(/\n(?! )/);
}

function textAfterName(line: string): string {
  return line.slice(line.indexOf(' ') + 1);
}
