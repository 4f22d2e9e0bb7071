import type { SourceFile } from './source-file.ts';

/** One promise about all of src. */
export interface Rule {
  /** The name of the test. */
  readonly promise: string;
  /** Why it is worth a failed build: the end of every complaint. */
  readonly reason: string;
  /** One line for each breach, with file, figure and limit. */
  readonly check: (files: readonly SourceFile[]) => readonly string[];
}

/** What a failed build prints: every breach with the reason; nothing when the promise holds. */
export function complaintsOf(rule: Rule, files: readonly SourceFile[]): string[] {
  return rule.check(files).map((breach) => `${breach}. ${rule.reason}`);
}
