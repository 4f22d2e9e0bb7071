import { readStatements } from './read-statements.ts';
import type { Encoding, FoundStatement, Reading, Target } from './target.ts';
import { findCommonRule, NAME } from './target.ts';

/**
 * `export NAME='value'` lines for /etc/profile.d.
 *
 * Inside single quotes every shell takes every byte as it is (POSIX 2.2.2); only the quote itself leaves them as
 * `'\''`. Measured in dash, bash, zsh, busybox ash, mksh and ksh93, interactive and strict modes included.
 */
export const shell: Target = {
  name: 'shell',

  encodeValue(text: string): Encoding {
    const rule = findCommonRule(text);
    return rule === null ? { possible: true, text: quote(text) } : { possible: false, rule };
  },

  encodeLine(name: string, encoded: string): string {
    return `export ${name}=${encoded}\n`;
  },

  readStatements(text: string): Reading {
    return readStatements(text, { mark: '#', readStatement });
  },
};

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function readStatement(text: string, at: number): FoundStatement | { readonly fault: string } {
  const statement = new RegExp(`export (${NAME})='([^']*(?:'\\\\''[^']*)*)'\\n`, 'y');
  statement.lastIndex = at;
  const match = statement.exec(text);
  if (match === null) {
    return {
      fault: "this line is neither blank, a `#` comment, nor `export NAME='value'` in the one quoting",
    };
  }
  const [whole, name = '', raw = ''] = match;
  return {
    end: at + whole.length,
    statement: { kind: 'variable', name, text: raw.replaceAll("'\\''", "'") },
  };
}
