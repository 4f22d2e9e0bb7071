import type { Fault, Reading, Statement, StatementReader } from './target.ts';

/** What a file may hold beside statements: blank lines, and comments that start at column 1 with `mark`. */
export interface Layout {
  readonly mark: ';' | '#';
  readonly readStatement: StatementReader;
}

/**
 * Reads a file from its first character to its last, or stops at the first place that is not ours.
 *
 * A comment may hold everything but control characters other than tab: php-fpm 8.2 and dash, bash, zsh, busybox ash
 * and mksh (also interactive, also in the C locale) passed over each such character, quotes, `${`, backquotes and
 * `!x` in 1,700 and 2,000 comments. A CR is refused because php-fpm takes it for a line end. The last line needs
 * its line end, so that a file cut short is seen.
 */
export function readStatements(text: string, layout: Layout): Reading {
  const ignored = new RegExp(`(?:[ \\t]*|${layout.mark}[\\t\\P{Cc}]*)\\n`, 'uy');
  const statements: Statement[] = [];
  let line = 1;
  for (let at = 0; at < text.length; ) {
    ignored.lastIndex = at;
    if (ignored.test(text)) {
      at = ignored.lastIndex;
      line += 1;
      continue;
    }
    const found = layout.readStatement(text, at);
    if ('fault' in found) {
      return { ok: false, fault: findFault(text, { at, line, what: found.fault, mark: layout.mark }) };
    }
    statements.push({ ...found.statement, line });
    line += countLineEnds(text, at, found.end);
    at = found.end;
  }
  return { ok: true, statements };
}

interface FaultyLine {
  readonly at: number;
  readonly line: number;
  readonly what: string;
  readonly mark: string;
}

function findFault(text: string, { at, line, what, mark }: FaultyLine): Fault {
  const end = text.indexOf('\n', at);
  const content = text.slice(at, end === -1 ? undefined : end);
  if (content.startsWith(mark)) {
    const control = content.search(/[^\t\P{Cc}]/u);
    if (control >= 0) {
      const code = content.charCodeAt(control).toString(16).toUpperCase().padStart(4, '0');
      return { line, column: control + 1, what: `a comment may not hold the control character U+${code}` };
    }
  }
  if (end === -1) {
    return { line, column: content.length + 1, what: 'the last line has no line end' };
  }
  return { line, column: 1, what };
}

function countLineEnds(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at !== -1 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}
