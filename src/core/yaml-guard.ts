import type { Finding, Lexeme } from './yaml-lexeme.ts';
import { refuse, stop } from './yaml-lexeme.ts';
import { checkText } from './yaml-text.ts';

/** How large a YAML file may be. */
export interface YamlLimits {
  readonly bytes: number;
  /** Maps and lists inside each other. */
  readonly depth: number;
  /** Keys and list items in the whole file. */
  readonly entries: number;
}

/** Lexemes of a file with the allowed number of entries, comments included, stay well below this. */
const MAX_LEXEMES = 100_000;
/** The only two tags, both of layer files. */
export const TAGS: readonly string[] = ['!unset', '!expand'];

const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ['anchor', 'anchors (&name) are not used here'],
  ['alias', 'aliases (*name) are not used here; put a text that starts with * in quotes'],
  ['directive-line', 'directives (%…) are not used here'],
  ['doc-end', 'the end marker (...) is not used here'],
  ['explicit-key-ind', '"? key" is not used here; write key: value'],
]);

const OPENING = new Set(['flow-map-start', 'flow-seq-start']);
const CLOSING = new Set(['flow-map-end', 'flow-seq-end']);
const SEPARATING = new Set(['map-value-ind', 'seq-item-ind', 'comma']);
const TEXTS = new Set(['plain', 'block', 'single-quoted-scalar', 'double-quoted-scalar']);
const INVISIBLE = new Set(['space', 'newline', 'comment', 'doc-mode', 'flow-error-end', 'scalar']);

/**
 * Refuses, before anything recursive or slow looks at the file, what a repository never needs (anchors, aliases,
 * other tags, directives, several documents), what the `yaml` package reads otherwise than YAML 1.2 says, and what
 * costs it seconds or the stack (runs of quotes, tags or brackets; deep nests; hundreds of thousands of entries).
 * Codes: YAML_FORBIDDEN, YAML_SYNTAX, YAML_SHAPE, FILE_TOO_LARGE.
 */
export class YamlGuard {
  readonly #limits: YamlLimits;
  #lexemes = 0;
  #entries = 0;
  /** For every open bracket, what was counted outside of it. */
  readonly #brackets: { readonly neighbours: number; readonly colons: number }[] = [];
  #colons = 0;
  #dashes = 0;
  #started = false;
  #afterTag = false;
  #line = 0;
  #fresh = true;
  #indents: number[] = [];
  /** Nodes that ended since the last `:`, `-`, `,` or bracket; a value and the next key make two. */
  #neighbours = 0;
  /** The same, on this line alone and outside of brackets. */
  #lineNodes = 0;

  constructor(limits: YamlLimits) {
    this.#limits = limits;
  }

  /** Looks at the next lexeme. */
  check(lexeme: Lexeme): Finding | null {
    this.#lexemes++;
    if (this.#lexemes > MAX_LEXEMES)
      return stop('FILE_TOO_LARGE', lexeme, `more than ${MAX_LEXEMES} pieces of YAML`);
    if (lexeme.type === 'newline') this.#startLine(lexeme);
    if (INVISIBLE.has(lexeme.type)) return null;
    const finding = this.#checkIndent(lexeme) ?? this.#checkForbidden(lexeme) ?? this.#checkStructure(lexeme);
    this.#started = true;
    // A block text goes to the end of its last line.
    if (lexeme.type === 'block') this.#startLine(lexeme);
    return finding;
  }

  #startLine(last: Lexeme): void {
    this.#line = last.offset + last.source.length;
    this.#fresh = true;
    this.#dashes = 0;
    this.#lineNodes = 0;
    if (this.#brackets.length === 0) this.#colons = 0;
  }

  #checkIndent(lexeme: Lexeme): Finding | null {
    if (!this.#fresh || this.#brackets.length > 0) return null;
    this.#fresh = false;
    const column = lexeme.offset - this.#line;
    while ((this.#indents.at(-1) ?? -1) >= column) this.#indents.pop();
    this.#indents.push(column);
    // A value on the line after its key is indented and yet no level of its own.
    return this.#indents.length > this.#limits.depth + 1 ? this.#tooDeep(lexeme) : null;
  }

  #checkForbidden(lexeme: Lexeme): Finding | null {
    const message = FORBIDDEN.get(lexeme.type);
    if (message !== undefined) return refuse('YAML_FORBIDDEN', lexeme, message);
    if (lexeme.type === 'doc-start' && this.#started) {
      return stop('YAML_FORBIDDEN', lexeme, 'a second document (---) in one file');
    }
    const again = this.#afterTag;
    this.#afterTag = lexeme.type === 'tag';
    if (!this.#afterTag) return null;
    if (again) return stop('YAML_SYNTAX', lexeme, 'a second tag before one text');
    if (TAGS.includes(lexeme.source)) return null;
    return refuse(
      'YAML_FORBIDDEN',
      lexeme,
      `the only tags here are ${TAGS.join(' and ')}; put a text that starts with ! in quotes`,
    );
  }

  #checkStructure(lexeme: Lexeme): Finding | null {
    if (TEXTS.has(lexeme.type)) return checkText(lexeme) ?? this.#endNode(lexeme);
    if (OPENING.has(lexeme.type)) return this.#endNode(lexeme) ?? this.#openBracket(lexeme);
    if (CLOSING.has(lexeme.type)) return this.#closeBracket(lexeme);
    return SEPARATING.has(lexeme.type) ? this.#checkSeparator(lexeme) : null;
  }

  #openBracket(lexeme: Lexeme): Finding | null {
    this.#brackets.push({ neighbours: this.#neighbours, colons: this.#colons });
    this.#neighbours = 0;
    this.#colons = 0;
    return this.#brackets.length > this.#limits.depth ? this.#tooDeep(lexeme) : null;
  }

  #closeBracket(lexeme: Lexeme): Finding | null {
    const outside = this.#brackets.pop();
    if (outside === undefined) return stop('YAML_SYNTAX', lexeme, `${lexeme.source} closes nothing`);
    this.#neighbours = outside.neighbours;
    this.#colons = outside.colons;
    return null;
  }

  #checkSeparator(lexeme: Lexeme): Finding | null {
    this.#neighbours = 0;
    this.#lineNodes = 0;
    this.#entries++;
    if (this.#entries > this.#limits.entries) {
      return stop('FILE_TOO_LARGE', lexeme, `more than ${this.#limits.entries} entries in one file`);
    }
    if (lexeme.type === 'seq-item-ind' && ++this.#dashes > this.#limits.depth) return this.#tooDeep(lexeme);
    if (lexeme.type === 'comma') this.#colons = 0;
    if (lexeme.type !== 'map-value-ind' || ++this.#colons < 2) return null;
    const where = this.#brackets.length > 0 ? 'before a ","' : 'on the line';
    const message = `a second ":" ${where}; put a text that holds ": " or ends in ":" in quotes`;
    return stop('YAML_SYNTAX', lexeme, message);
  }

  #endNode(lexeme: Lexeme): Finding | null {
    this.#neighbours++;
    const isSecond = this.#brackets.length === 0 && ++this.#lineNodes > 1;
    if (this.#neighbours < 3 && !isSecond) return null;
    return stop('YAML_SYNTAX', lexeme, 'a key, a ":" or a "," is missing before this');
  }

  #tooDeep(lexeme: Lexeme): Finding {
    return stop('YAML_SHAPE', lexeme, `nested more than ${this.#limits.depth} deep`);
  }
}
