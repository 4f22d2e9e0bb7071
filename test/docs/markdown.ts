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

/** The cells of every table row below the heading, without the header and the ruler. */
export function readTable(page: string, heading: string): readonly (readonly string[])[] {
  const [, section = ''] = page.split(`# ${heading}\n`);
  const rows = (section.split(/^#/m)[0] ?? '').split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((row) =>
    row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
