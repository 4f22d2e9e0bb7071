/** What happens after a failure without anybody's doing. */
type NextTry = 'soon' | 'on-new-commit' | 'on-new-config' | 'never';

/** A row of the table of foreseen failures. */
export interface ErrorRow {
  /** Exit code of the program, DESIGN 9. */
  readonly exit: 1 | 12 | 14 | 15 | 16 | 17 | 18 | 19 | 64 | 78;
  readonly next: NextTry;
  /** What a person can do about it; one sentence. */
  readonly hint: string;
}

/** Makes one. */
export function row(exit: ErrorRow['exit'], next: NextTry, hint: string): ErrorRow {
  return { exit, next, hint };
}
