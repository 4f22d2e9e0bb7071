import type { Finding, Lexeme } from './yaml-lexeme.ts';
import { refuse } from './yaml-lexeme.ts';

const ESCAPE =
  /\\(?:[0abefnrtvN_LP"/\\ \t\n]|x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U(?:0010|000[0-9A-Fa-f])[0-9A-Fa-f]{4}|([\s\S]?))/g;

/** An escaped line break with an empty line after it: YAML keeps that empty line, the `yaml` package folds it. */
const ESCAPED_BREAK_THEN_EMPTY = /(?<!\\)(?:\\\\)*\\\n[ \t]*\n/;
const CLOSED_SINGLE = /^'(?:[^']|'')*'$/;
const CLOSED_DOUBLE = /^"(?:[^"\\]|\\[\s\S])*"$/;

/**
 * Refuses the texts of scalars that the `yaml` package would read otherwise than YAML 1.2 (found by comparing it
 * with libyaml on random texts), those that nobody reads as they are meant, and unknown escapes, of which each
 * would cost the package a stack trace. Codes: YAML_SYNTAX, YAML_FORBIDDEN.
 */
export function checkText(lexeme: Lexeme): Finding | null {
  switch (lexeme.type) {
    case 'plain':
      return checkPlain(lexeme);
    case 'block':
      return checkBlock(lexeme);
    case 'single-quoted-scalar':
      return checkClosed(lexeme, CLOSED_SINGLE);
    case 'double-quoted-scalar':
      return checkClosed(lexeme, CLOSED_DOUBLE) ?? checkDoubleQuoted(lexeme);
    default:
      return null;
  }
}

function checkPlain({ offset, source }: Lexeme): Finding | null {
  if (!source.includes('\n')) return null;
  const message = 'a text without quotes stands on one line; put it in quotes, or use | for several lines';
  return refuse('YAML_SYNTAX', { offset }, message);
}

function checkBlock({ offset, source, header = '' }: Lexeme): Finding | null {
  if (source !== '' && !source.endsWith('\n')) {
    const message = 'the file ends inside a block text without a line break; end it with one';
    return refuse('YAML_SYNTAX', { offset }, message);
  }
  if (!/[0-9]/.test(header)) return null;
  const message = 'an indentation number after | or > is not used here; write the text in "…" with \\n';
  return refuse('YAML_FORBIDDEN', { offset }, message);
}

/** A quoted text that reaches a line with too little indentation ends there for the lexer, even at '' or \". */
function checkClosed({ offset, source }: Lexeme, closed: RegExp): Finding | null {
  if (closed.test(source)) return null;
  return refuse(
    'YAML_SYNTAX',
    { offset },
    'the closing quote is missing, or a line of the text is indented too little',
  );
}

function checkDoubleQuoted({ offset, source }: Lexeme): Finding | null {
  for (const found of source.matchAll(ESCAPE)) {
    if (found[1] === undefined) continue;
    const message = 'YAML has no such escape; write \\\\ for a backslash, or use single quotes';
    return refuse('YAML_SYNTAX', { offset: offset + found.index }, message);
  }
  if (!ESCAPED_BREAK_THEN_EMPTY.test(source)) return null;
  return refuse(
    'YAML_SYNTAX',
    { offset },
    'an empty line after a \\ at the end of a line; write \\n instead',
  );
}
