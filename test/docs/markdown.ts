/** One fenced block: ```` ```yaml env/common.yaml ```` has the language `yaml` and the rest `env/common.yaml`. */
export interface FencedBlock {
  readonly language: string;
  /** What stands behind the language. */
  readonly info: string;
  readonly text: string;
  /** Line of the fence, from 1. */
  readonly line: number;
}

/** Every fenced block of a page, in order; the text ends with a line end. */
export function readFencedBlocks(page: string): readonly FencedBlock[] {
  return [...page.matchAll(/^```(\S+) ?(.*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    language: match[1] ?? '',
    info: match[2] ?? '',
    text: match[3] ?? '',
    line: page.slice(0, match.index).split('\n').length,
  }));
}

/** The depth of every heading, in order: `#` is 1. Fenced blocks are no part of it. */
export function readHeadings(page: string): readonly { readonly depth: number; readonly title: string }[] {
  const prose = page.replace(/^```[\s\S]*?^```$/gm, '');
  return [...prose.matchAll(/^(#+) (.*)$/gm)].map((match) => ({
    depth: match[1]?.length ?? 0,
    title: match[2] ?? '',
  }));
}

/** The cells of every row of a table below a heading, without the table's own heading; `which` counts from 0. */
export function readTable(page: string, heading: string, which = 0): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`# ${heading}\n`);
  const prose = (section.split(/^#+ /m)[0] ?? '').replace(/^```[\s\S]*?^```$/gm, '');
  const tables = prose.split(/\n(?!\|)/).filter((part) => part.includes('\n|'));
  const rows = (tables[which] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map(splitCells);
}

/** A bar inside backquotes belongs to the code. */
function splitCells(row: string): readonly string[] {
  const cells = row.match(/(?:`` .*? ``|`[^`]*`|[^|`])+/g) ?? [];
  return cells.map((cell) => cell.trim());
}

/** What stands in backquotes in a table cell. */
export function readCodeWords(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
}
