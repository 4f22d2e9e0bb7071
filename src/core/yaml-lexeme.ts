import type { ErrorCode } from './errors.ts';

/** One lexical piece of YAML text; `plain`, `block` and the quoted ones are the texts of scalars. */
export interface Lexeme {
  readonly type: string;
  readonly offset: number;
  readonly source: string;
  /** Of a block text: its `|` or `>` line. */
  readonly header?: string;
}

/** Something to refuse, at an offset of the text. `last`: reading on is pointless. */
export interface Finding {
  readonly code: ErrorCode;
  readonly offset: number;
  readonly message: string;
  readonly last: boolean;
}

/** Refuses something; others in the file are looked for. */
export function refuse(code: ErrorCode, at: { readonly offset: number }, message: string): Finding {
  return { code, offset: at.offset, message, last: false };
}

/** Refuses something behind which nothing can be made out, or which costs too much to read. */
export function stop(code: ErrorCode, at: { readonly offset: number }, message: string): Finding {
  return { code, offset: at.offset, message, last: true };
}
