import type { TargetName } from '../types.ts';

/**
 * The syntax of one kind of file. A new kind is one file beside this one and one line in `index.ts`.
 *
 * Laws, tested with random values: `readStatements` gives back what `encodeValue` took, and reads no other
 * spelling of it.
 */
export interface Target {
  readonly name: TargetName;
  /** The value as it stands in the file, quotes included; total: every string is encoded or refused by a rule. */
  encodeValue(text: string): Encoding;
  /** The whole line, line end included, that gives `name` the encoded value. */
  encodeLine(name: string, encoded: string): string;
  /** Reads a whole file; anything but comments, blank lines and our own statements is a fault. */
  readStatements(text: string): Reading;
}

export type Encoding =
  | { readonly possible: true; readonly text: string }
  | { readonly possible: false; readonly rule: ImpossibleRule };

/** Why a value cannot be carried; `describeRule` gives the sentence. */
export type ImpossibleRule = 'nul' | 'ill-formed' | 'leading-dollar' | 'pool-placeholder' | 'too-long';

/** What one line of a file says. */
export type StatementBody =
  | { readonly kind: 'variable'; readonly name: string; readonly text: string }
  | { readonly kind: 'section'; readonly pool: string }
  | { readonly kind: 'revision'; readonly text: string };

/** A statement starts at column 1; `line` counts from 1. */
export type Statement = StatementBody & { readonly line: number };

export type Reading =
  | { readonly ok: true; readonly statements: readonly Statement[] }
  | { readonly ok: false; readonly fault: Fault };

/** The first place of a file that is not ours. `what` never holds a byte of a value. */
export interface Fault {
  readonly line: number;
  readonly column: number;
  readonly what: string;
}

/** Reads the statement at an offset, or says what is wrong there. */
export type StatementReader = (text: string, at: number) => FoundStatement | { readonly fault: string };

export interface FoundStatement {
  readonly statement: StatementBody;
  /** The offset behind its line end. */
  readonly end: number;
}

/** Source of a regular expression for the names of variables. */
export const NAME = '[A-Za-z_][A-Za-z0-9_]{0,127}';

/** The rule as a sentence for people, about the value as "it". */
export function describeRule(rule: ImpossibleRule): string {
  switch (rule) {
    case 'nul':
      return 'it holds a NUL character, which ends every environment variable';
    case 'ill-formed':
      return 'it holds half of a surrogate pair, which has no UTF-8 form';
    case 'leading-dollar':
      return 'it starts with "$", and php-fpm replaces such a value by a variable of its own environment in every quoting';
    case 'pool-placeholder':
      return 'it contains "$pool", which php-fpm replaces by the name of the pool in every quoting';
    case 'too-long':
      return 'NAME=value is longer than 131,071 bytes, and Linux starts no program with such a variable';
    default:
      return rule satisfies never;
  }
}

/** The rule that every target shares: what is not well-formed Unicode without NUL has no bytes to carry. */
export function findCommonRule(text: string): ImpossibleRule | null {
  if (text.includes('\0')) {
    return 'nul';
  }
  return /\p{Surrogate}/u.test(text) ? 'ill-formed' : null;
}
