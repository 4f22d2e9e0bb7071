/** How many edits are kept, and how many bytes they and what stood there before them may have together. */
export const EDIT_LIMITS = { edits: 50, bytes: 10 * 1024 * 1024 };

/** A file among the kept edits. An edit and its base, what of ours stood there before, have the same number. */
export interface EditFile {
  /** Counts up: a newer edit has a greater one, whatever the clock says. */
  readonly number: number;
  readonly sha256: string;
  readonly isBase: boolean;
}

/** `00000003-<sha256>`, with `.base` behind it for a base: `formatEditName` is the inverse. Null: no such file. */
export function parseEditName(name: string): EditFile | null {
  const [, digits, sha256, base] = /^(\d{8})-([0-9a-f]{64})(\.base)?$/.exec(name) ?? [];
  if (digits === undefined || sha256 === undefined) return null;
  return { number: Number(digits), sha256, isBase: base !== undefined };
}

/** The name of such a file. */
export function formatEditName({ number, sha256, isBase }: EditFile): string {
  return `${String(number).padStart(8, '0')}-${sha256}${isBase ? '.base' : ''}`;
}

/** An edit with its base, where that was kept too. */
export interface EditPair {
  readonly edit: EditFile;
  readonly base: EditFile | null;
}

/** The newest first. A base without its edit was left by a run that was killed, and is in none of them. */
export function pairEdits(files: readonly EditFile[]): readonly EditPair[] {
  const bases = new Map(files.filter(({ isBase }) => isBase).map((file) => [file.number, file]));
  return files
    .filter(({ isBase }) => !isBase)
    .sort((a, b) => b.number - a.number)
    .map((edit) => ({ edit, base: bases.get(edit.number) ?? null }));
}

/**
 * Those that go: what is beyond the limits, the oldest first, an edit that a newer one repeats, and a base without an edit.
 * The newest edit stays in any case. `sizeOf` gives bytes.
 */
export function chooseDropped(
  files: readonly EditFile[],
  sizeOf: (file: EditFile) => number,
): readonly EditFile[] {
  const kept = new Map<string, readonly EditFile[]>();
  let bytes = 0;
  for (const { edit, base } of pairEdits(files)) {
    const pair = base === null ? [edit] : [edit, base];
    const identity = `${edit.sha256} ${base?.sha256}`;
    if (kept.has(identity)) continue;
    bytes += pair.reduce((sum, file) => sum + sizeOf(file), 0);
    if (kept.size > 0 && (kept.size >= EDIT_LIMITS.edits || bytes > EDIT_LIMITS.bytes)) break;
    kept.set(identity, pair);
  }
  const stays = new Set([...kept.values()].flat());
  return files.filter((file) => !stays.has(file));
}
