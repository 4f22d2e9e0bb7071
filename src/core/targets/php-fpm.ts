import { readStatements } from './read-statements.ts';
import type { Encoding, FoundStatement, Reading, Target } from './target.ts';
import { findCommonRule, NAME } from './target.ts';

/**
 * `env["NAME"] = "value"` lines for php-fpm.
 *
 * The encoder is total and was measured against php-fpm 8.2: every value comes back byte for byte, with or without a
 * php.ini. Three things about php-fpm's reader decide its form: it reads line by line, so a line feed is the constant
 * `PHP_EOL` between two strings; `\"` before a CR ends the string, so it is cut there; an empty string is refused,
 * and `"$"` (the master's variable of no name) is the one spelling that gives it.
 */
export const phpFpm: Target = {
  name: 'php-fpm',

  encodeValue(text: string): Encoding {
    const rule = findCommonRule(text) ?? findPhpRule(text);
    return rule === null ? { possible: true, text: quote(text) } : { possible: false, rule };
  },

  encodeLine(name: string, encoded: string): string {
    return `env["${name}"] = ${encoded}\n`;
  },

  readStatements(text: string): Reading {
    return readStatements(text, { mark: ';', readStatement });
  },
};

/** php-fpm replaces both after parsing (`fpm_conf.c`), so that no quoting helps. */
function findPhpRule(text: string): 'leading-dollar' | 'pool-placeholder' | null {
  if (text.startsWith('$')) {
    return 'leading-dollar';
  }
  return text.includes('$pool') ? 'pool-placeholder' : null;
}

function quote(text: string): string {
  return text === '' ? EMPTY : text.split('\n').map(quoteLine).join('PHP_EOL');
}

const EMPTY = '"$"';

function quoteLine(line: string): string {
  const escaped = line.replace(/[\\"$]/g, '\\$&').replaceAll('\\"\r', '\\"""\r');
  return `"${escaped}"`;
}

/** The inverse of `quote`; gives null, or some text that `quote` does not turn back into `raw`, for anything else. */
function unquote(raw: string): string | null {
  if (raw === EMPTY) {
    return '';
  }
  const piece = /"([^"\\]*(?:\\[\\"$][^"\\]*)*)"(PHP_EOL(?=")|(?=")|$)/y;
  let text = '';
  while (piece.lastIndex < raw.length) {
    const match = piece.exec(raw);
    if (match === null) {
      return null;
    }
    text += (match[1] ?? '').replace(/\\(.)/g, '$1') + (match[2] === '' ? '' : '\n');
  }
  return text;
}

function readStatement(text: string, at: number): FoundStatement | { readonly fault: string } {
  return (
    readVariable(text, at) ??
    readSection(text, at) ??
    readRevision(text, at) ?? {
      fault: 'this line is neither blank, a `;` comment, nor `env["NAME"] = "value"`',
    }
  );
}

function readVariable(text: string, at: number): FoundStatement | { readonly fault: string } | null {
  const line = matchAt(new RegExp(`env\\["(${NAME})"\\] = ([^\\n]*)\\n`, 'y'), text, at);
  if (line === null) {
    return null;
  }
  const [, name = '', raw = ''] = line;
  const value = unquote(raw);
  if (value === null || findPhpRule(value) !== null || quote(value) !== raw) {
    return {
      fault: `the value of ${name} is not written in the one quoting: use {{ variable.value }} as it is`,
    };
  }
  return { end: at + line[0].length, statement: { kind: 'variable', name, text: value } };
}

/** A `[global]` header is never ours; section names have no case for php-fpm. */
function readSection(text: string, at: number): FoundStatement | null {
  const line = matchAt(/\[([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})\]\n/y, text, at);
  const pool = line?.[1];
  if (line === null || pool === undefined || pool.toLowerCase() === 'global') {
    return null;
  }
  return { end: at + line[0].length, statement: { kind: 'section', pool } };
}

function readRevision(text: string, at: number): FoundStatement | null {
  const line = matchAt(/ping\.response = "(pong [0-9a-f]{16})"\n/y, text, at);
  const revision = line?.[1];
  if (line === null || revision === undefined) {
    return null;
  }
  return { end: at + line[0].length, statement: { kind: 'revision', text: revision } };
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
