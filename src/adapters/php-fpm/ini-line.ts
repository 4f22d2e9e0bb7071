/** One line of a php-fpm configuration, as far as we need to understand it. */
export type IniLine =
  | { readonly kind: 'section'; readonly name: string }
  /** `env["A"]` has the key `env` and the index `A`; the index is null where there is none. */
  | { readonly kind: 'entry'; readonly key: string; readonly index: string | null; readonly value: string }
  | { readonly kind: 'nothing' };

const SECTION = /^\[([^\]]*)\]/;
const ENTRY = /^([^=[\s]+)\s*(?:\[([^\]]*)\])?\s*=\s*(.*)$/s;

/**
 * Takes one line apart; php-fpm too reads its configuration line by line, each line for itself. Tolerant: what it does
 * not understand is `nothing`. Values are unquoted simply; constants, `${…}` and joined pieces stay as written.
 */
export function parseIniLine(line: string): IniLine {
  const text = line.replace(/^\uFEFF|^\u00EF\u00BB\u00BF/, '').trim();
  if (text === '' || text.startsWith(';')) return { kind: 'nothing' };
  const section = SECTION.exec(text)?.[1];
  if (section !== undefined) return { kind: 'section', name: unquote(section.trim()) };
  const [, key, index, value] = ENTRY.exec(text) ?? [];
  if (key === undefined || value === undefined) return { kind: 'nothing' };
  return {
    kind: 'entry',
    key,
    index: index === undefined ? null : unquote(index.trim()),
    value: unquote(value),
  };
}

function unquote(text: string): string {
  const quoted = /^"((?:[^"\\]|\\.)*)"|^'([^']*)'/s.exec(text);
  if (quoted === null) return text.replace(/;.*$/s, '').trim();
  return quoted[1]?.replace(/\\(["\\$])/g, '$1') ?? quoted[2] ?? '';
}

/** Milliseconds of a php-fpm time: digits and `s` (default), `m`, `h` or `d`. Null when it is none. */
export function parseIniTime(text: string): number | null {
  const [, digits, unit = 's'] = /^(\d+)([smhd]?)$/.exec(text) ?? [];
  if (digits === undefined) return null;
  const seconds = { s: 1, m: 60, h: 3600, d: 86_400 }[unit === '' ? 's' : unit] ?? 1;
  return Number(digits) * seconds * 1000;
}
