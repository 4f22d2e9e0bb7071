import type { CharacterSet } from './character-set.ts';
import { ANY_BUT_LINE_END, singleCharacter } from './character-set.ts';
import { parseClass, parseEscape } from './parse-class.ts';
import { PatternCursor, PatternError } from './pattern-cursor.ts';

/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: 'set'; readonly set: CharacterSet }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly PatternNode[] }
  | { readonly kind: 'choice'; readonly parts: readonly PatternNode[] }
  /** `max` null: without end. */
  | {
      readonly kind: 'repeat';
      readonly part: PatternNode;
      readonly min: number;
      readonly max: number | null;
    };

export type ParsedPattern =
  | { readonly ok: true; readonly root: PatternNode }
  | { readonly ok: false; readonly message: string };

const MAX_LENGTH = 1000;
const MAX_DEPTH = 20;
const MAX_COUNT = 1000;
/** Pieces after counted repetitions are written out; matching costs at most this much per character. */
const MAX_SIZE = 2000;

/**
 * Parses the part of ECMA-262 regular expressions (flag `u`) that can be matched in linear time: literals, `.`,
 * classes, `\d \w \s` and their opposites, groups, `|`, `* + ? {n,m}` (a lazy `?` after them changes nothing for a
 * whole match), `^` and `$`. Refused with a reason: backreferences, lookaround, named groups, `\b`, `\p`, and
 * expressions that are too long, too deep or too large once `{n,m}` is written out. Never throws.
 */
export function parsePattern(source: string): ParsedPattern {
  if (source.length > MAX_LENGTH) return { ok: false, message: `longer than ${MAX_LENGTH} characters` };
  try {
    const root = new PatternParser(source).parse();
    if (sizeOf(root) > MAX_SIZE) return { ok: false, message: 'too large once its {n,m} are written out' };
    return { ok: true, root };
  } catch (error) {
    if (error instanceof PatternError) return { ok: false, message: error.message };
    throw error;
  }
}

/** States of the machine that the tree becomes. */
function sizeOf(node: PatternNode): number {
  switch (node.kind) {
    case 'set':
    case 'start':
    case 'end':
      return 1;
    case 'sequence':
      return node.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return node.parts.reduce((sum, part) => sum + sizeOf(part) + 1, -1);
    case 'repeat':
      return node.max === null
        ? sizeOf(node.part) * (node.min + 1) + 1
        : sizeOf(node.part) * node.max + (node.max - node.min);
  }
}

/** Recursive descent; the methods stand in the order of precedence. */
class PatternParser {
  readonly #cursor: PatternCursor;
  #depth = 0;

  constructor(source: string) {
    this.#cursor = new PatternCursor(source);
  }

  parse(): PatternNode {
    const root = this.#parseChoice();
    if (this.#cursor.peek() !== '') throw this.#cursor.error(`unexpected ${this.#cursor.peek()}`);
    return root;
  }

  #parseChoice(): PatternNode {
    if (++this.#depth > MAX_DEPTH) throw this.#cursor.error(`groups more than ${MAX_DEPTH} deep`);
    const parts = [this.#parseSequence()];
    while (this.#cursor.take('|')) parts.push(this.#parseSequence());
    this.#depth--;
    return { kind: 'choice', parts };
  }

  #parseSequence(): PatternNode {
    const parts: PatternNode[] = [];
    for (
      let next = this.#cursor.peek();
      next !== '' && next !== '|' && next !== ')';
      next = this.#cursor.peek()
    ) {
      parts.push(this.#parseRepeat());
    }
    return { kind: 'sequence', parts };
  }

  #parseRepeat(): PatternNode {
    const part = this.#parseAtom();
    const range = this.#parseQuantifier();
    if (range === null) return part;
    if (part.kind === 'start' || part.kind === 'end') throw this.#cursor.error('nothing to repeat');
    this.#cursor.take('?');
    return { kind: 'repeat', part, min: range.min, max: range.max };
  }

  #parseQuantifier(): { readonly min: number; readonly max: number | null } | null {
    if (this.#cursor.take('*')) return { min: 0, max: null };
    if (this.#cursor.take('+')) return { min: 1, max: null };
    if (this.#cursor.take('?')) return { min: 0, max: 1 };
    if (!this.#cursor.take('{')) return null;
    const min = this.#parseCount();
    if (this.#cursor.take('}')) return { min, max: min };
    if (!this.#cursor.take(','))
      throw this.#cursor.error('{ needs {n}, {n,} or {n,m}; write \\{ for a brace');
    if (this.#cursor.take('}')) return { min, max: null };
    const max = this.#parseCount();
    if (!this.#cursor.take('}') || max < min)
      throw this.#cursor.error('{ needs {n}, {n,} or {n,m} with n not above m');
    return { min, max };
  }

  #parseCount(): number {
    let digits = '';
    while (/^[0-9]$/.test(this.#cursor.peek())) digits += this.#cursor.next();
    if (digits === '') throw this.#cursor.error('{ needs a number; write \\{ for a brace');
    const count = Number(digits);
    if (count > MAX_COUNT) throw this.#cursor.error(`a repetition above ${MAX_COUNT}`);
    return count;
  }

  #parseAtom(): PatternNode {
    const character = this.#cursor.next();
    switch (character) {
      case '^':
        return { kind: 'start' };
      case '$':
        return { kind: 'end' };
      case '.':
        return { kind: 'set', set: ANY_BUT_LINE_END };
      case '(':
        return this.#parseGroup();
      case '[':
        return { kind: 'set', set: parseClass(this.#cursor) };
      case '\\':
        return { kind: 'set', set: parseEscape(this.#cursor, '') };
    }
    if ('*+?{}])'.includes(character))
      throw this.#cursor.error(`${character} stands alone; write \\${character}`);
    return { kind: 'set', set: singleCharacter(character) };
  }

  #parseGroup(): PatternNode {
    if (this.#cursor.take('?') && !this.#cursor.take(':'))
      throw this.#cursor.error('lookaround and named groups are not supported');
    const group = this.#parseChoice();
    if (!this.#cursor.take(')')) throw this.#cursor.error('a ) is missing');
    return group;
  }
}
