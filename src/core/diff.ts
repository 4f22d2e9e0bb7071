import { diffArrays } from 'diff';
import { maskSecret, showText } from './redact.ts';
import { readSections } from './sections.ts';
import { NAME } from './targets/target.ts';
import type { TargetName } from './types.ts';

/** What is compared, and what may be shown of it. */
export interface DiffRequest {
  readonly target: TargetName;
  /** Null: no file. */
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
  /** Names whose values are never shown, of both sides. */
  readonly secrets: readonly string[];
  /** The host's key for `maskSecret`. */
  readonly key: Uint8Array;
}

/**
 * What changes between two files, for people: `- NAME = old` and `+ NAME = new`, `[pool]` and `ping.response`
 * likewise, in the order of the files; nothing where they are equal.
 *
 * A secret is shown as `*** 1a2b3c4d` on both sides. Of a file that is not ours nothing but the names of variables is
 * shown, and how many other lines it has: it may hold secrets. No line holds a control character.
 */
export function diffFiles(request: DiffRequest): readonly string[] {
  const before = describeFile(request, request.before);
  const after = describeFile(request, request.after);
  if (before.isForeign || after.isForeign) {
    return diffNames(before, after);
  }
  const lines = compareLines(before.lines, after.lines, Number.POSITIVE_INFINITY) ?? [];
  return lines.length === 0 && !isEqual(request) ? ['  only comments or blank lines differ'] : lines;
}

/**
 * What changes between two lists of lines, without what stays: `- old`, `+ new`, in order. Null where more than `most` lines
 * change: to find out which would take long.
 */
export function compareLines(
  before: readonly string[],
  after: readonly string[],
  most: number,
): readonly string[] | null {
  const parts = diffArrays([...before], [...after], { maxEditLength: most }) ?? null;
  if (parts === null) return null;
  return parts.flatMap(({ added, removed, value }) =>
    added || removed ? value.map((line) => `${added ? '+' : '-'} ${line}`) : [],
  );
}

interface Described {
  readonly isForeign: boolean;
  /** One for each statement, as it is shown. */
  readonly lines: readonly string[];
  /** Name → how it is shown; a foreign file's values are not. */
  readonly variables: ReadonlyMap<string, string>;
  /** Lines of a foreign file that are not even assignments. */
  readonly others: number;
}

function describeFile(request: DiffRequest, bytes: Uint8Array | null): Described {
  if (bytes === null) {
    return { isForeign: false, lines: [], variables: new Map(), others: 0 };
  }
  const { value: sections } = readSections(request.target, bytes, '');
  if (sections === null) {
    return describeForeign(bytes);
  }
  const variables = new Map<string, string>();
  const lines = sections.flatMap((section) => [
    ...(section.pool === null ? [] : [`[${section.pool}]`]),
    ...(section.revision === null ? [] : [`ping.response = ${section.revision.text}`]),
    ...[...section.variables].map(([name, { text }]) => {
      const shown = `${name} = ${request.secrets.includes(name) ? maskSecret(text, request.key) : showText(text)}`;
      variables.set(name, shown);
      return shown;
    }),
  ]);
  return { isForeign: false, lines, variables, others: 0 };
}

/** A bare `NAME=` is none: the last line of something in base64 looks like that. */
const ASSIGNMENT = new RegExp(`^\\s*(?:env\\[["']?(${NAME})["']?\\]\\s*=|export\\s+(${NAME})=)`);

function describeForeign(bytes: Uint8Array): Described {
  const variables = new Map<string, string>();
  let others = 0;
  for (const line of Buffer.from(bytes).toString('latin1').split('\n')) {
    const match = ASSIGNMENT.exec(line);
    const name = match?.[1] ?? match?.[2];
    if (name !== undefined) {
      variables.set(name, `${name} (value not shown)`);
    } else if (line.trim() !== '') {
      others += 1;
    }
  }
  return { isForeign: true, lines: [], variables, others };
}

/** Names that only one side has; a name on both sides is told as written anew. */
function diffNames(before: Described, after: Described): readonly string[] {
  const removed = [...before.variables].filter(([name]) => !after.variables.has(name));
  const others = before.others + after.others;
  return [
    ...removed.map(([, shown]) => `- ${shown}`),
    ...[...after.variables].map(([name, shown]) => `${before.variables.has(name) ? '~' : '+'} ${shown}`),
    ...(others === 0 ? [] : [`  ${others} ${others === 1 ? 'line that is' : 'lines that are'} not ours`]),
  ];
}

function isEqual({ before, after }: DiffRequest): boolean {
  return before !== null && after !== null && Buffer.compare(before, after) === 0;
}
