/** Objects below a commit, each once, in the order in which they stand. */
interface Listed {
  readonly trees: readonly string[];
  /** Blobs with their bytes. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** `<mode> <type> <oid> <size>\t<path>` with a NUL behind it, git-ls-tree(1); a tree has no size. */
const ENTRY = /\d{6} (tree|blob|commit) ([0-9a-f]{40}) +(\d+|-)\t[^\0]*\0/y;

/** What `git ls-tree -r -t -l -z` prints. Paths are left to whoever reads the trees: git shows some modes as others. */
export function parseList(output: Buffer): Listed {
  const text = output.toString('latin1');
  const trees = new Set<string>();
  const sizes = new Map<string, number>();
  for (let at = 0; at < text.length; at = ENTRY.lastIndex) {
    ENTRY.lastIndex = at;
    const [, type, oid = '', size] = ENTRY.exec(text) ?? [];
    if (type === undefined)
      throw new Error(`git lists in another form: ${JSON.stringify(text.slice(at, at + 80))}`);
    if (type === 'tree') trees.add(oid);
    if (type === 'blob') sizes.set(oid, Number(size));
  }
  return { trees: [...trees], sizes };
}
