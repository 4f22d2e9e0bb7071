import { TARGETS } from './targets/index.ts';
import { NAME } from './targets/target.ts';
import type { TargetName } from './types.ts';

/**
 * What a line of a file says that a person wrote. `text` is the value of a variable, null where it cannot be told for
 * sure; of `other` it is the line as it stands there.
 */
export type LooseStatement =
  | { readonly kind: 'variable'; readonly name: string; readonly text: string | null }
  | { readonly kind: 'pool' | 'revision' | 'other'; readonly text: string };

/**
 * Reads a file as php-fpm or a shell would, in more spellings than our one: bare words, other quotes, blanks. Null where it
 * cannot be told for sure which bytes are part of which value; then not even a name may be shown, because a line of a value
 * can look like one.
 */
export function readLoosely(target: TargetName, text: string): readonly LooseStatement[] | null {
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  return target === 'php-fpm' ? readPhpFpm(whole) : readShell(whole);
}

/** php-fpm takes each line alone, so that no value can span lines. */
function readPhpFpm(text: string): readonly LooseStatement[] {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.filter((line) => line !== '' && !line.startsWith(';')).map(readPhpFpmLine);
}

const PHP_VARIABLE = new RegExp(`^env\\[(["']?)(${NAME})\\1\\]\\s*=([^]*)$`);

function readPhpFpmLine(line: string): LooseStatement {
  const [, , name, raw = ''] = PHP_VARIABLE.exec(line) ?? [];
  if (name !== undefined) return { kind: 'variable', name, text: unquotePhpFpm(name, raw.trim()) };
  const pool = /^\[([\w.-]+)\]$/.exec(line)?.[1];
  if (pool !== undefined) return { kind: 'pool', text: pool };
  const revision = /^ping\.response\s*=\s*"?([\w ]+)"?$/.exec(line)?.[1];
  return revision === undefined ? { kind: 'other', text: line } : { kind: 'revision', text: revision };
}

/** In our quoting, in quotes that hold nothing special, or a bare word that php-fpm takes as it is. */
function unquotePhpFpm(name: string, raw: string): string | null {
  const reading = TARGETS['php-fpm'].readStatements(`env["${name}"] = ${raw}\n`);
  const [statement] = reading.ok ? reading.statements : [];
  if (statement?.kind === 'variable') return statement.text;
  const [, double, single, bare] =
    /^(?:"([^"\\$]*)"|'([^'\\$]*)'|([\w./:@%+-][\w ,./:@%+-]*))$/.exec(raw) ?? [];
  return double ?? single ?? bare ?? null;
}

/** Each alternative begins with another character, so that no text makes it try twice. */
const SHELL_VALUE = `(?:'[^']*'|"[^"\\\\$\`]*"|\\\\'|[\\w./:@%+,=-])*`;
const SHELL_LINE = new RegExp(
  `[ \\t]*(?:(export[ \\t]+)?(${NAME})=(${SHELL_VALUE})(?:[ \\t]+#[^\\n]*)?[ \\t]*|#[^\\n]*)?\\n`,
  'y',
);

/** A quote that is open goes on over lines, so one statement that is not understood leaves nothing certain behind it. */
function readShell(text: string): readonly LooseStatement[] | null {
  const statements: LooseStatement[] = [];
  SHELL_LINE.lastIndex = 0;
  while (SHELL_LINE.lastIndex < text.length) {
    const match = SHELL_LINE.exec(text);
    if (match === null) return null;
    const [line, exported, name, raw = ''] = match;
    if (name === undefined) continue;
    // Without `export` it may as well be the end of something in base64: a name that must not be shown.
    statements.push(
      exported === undefined
        ? { kind: 'other', text: line.trim() }
        : { kind: 'variable', name, text: unquoteShell(raw) },
    );
  }
  return statements;
}

function unquoteShell(raw: string): string {
  return raw.replace(/'([^']*)'|"([^"]*)"|\\'/g, (whole, single?: string, double?: string) =>
    whole === "\\'" ? "'" : (single ?? double ?? ''),
  );
}
