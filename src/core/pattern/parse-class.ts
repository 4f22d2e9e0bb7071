import type { CharacterSet } from './character-set.ts';
import { invertSet, makeSet, NAMED_SETS, singleCharacter } from './character-set.ts';
import type { PatternCursor } from './pattern-cursor.ts';

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['f', 0x0c],
  ['v', 0x0b],
]);
const SYNTAX = '^$\\.*+?()[]{}|/';

/** The set of a class, after its `[`. Throws PatternError. */
export function parseClass(cursor: PatternCursor): CharacterSet {
  const inverted = cursor.take('^');
  const ranges: (readonly [number, number])[] = [];
  while (!cursor.take(']')) ranges.push(...parsePart(cursor));
  return inverted ? invertSet(makeSet(ranges)) : makeSet(ranges);
}

function parsePart(cursor: PatternCursor): CharacterSet {
  const from = parseAtom(cursor);
  const isRange = cursor.peek() === '-' && cursor.peek(1) !== ']' && cursor.peek(1) !== '';
  if (!isRange) return from;
  cursor.next();
  const first = only(from);
  const last = only(parseAtom(cursor));
  if (first === null || last === null || last < first) {
    throw cursor.error('a range in [ ] needs two characters in order');
  }
  return [[first, last]];
}

function parseAtom(cursor: PatternCursor): CharacterSet {
  const character = cursor.next();
  return character === '\\' ? parseEscape(cursor, '-') : singleCharacter(character);
}

/** The set of an escape, after its backslash; `alsoPlain` may be escaped too. Throws PatternError. */
export function parseEscape(cursor: PatternCursor, alsoPlain: string): CharacterSet {
  const character = cursor.next();
  const named = NAMED_SETS.get(character);
  if (named !== undefined) return named;
  const control = CONTROLS.get(character);
  if (control !== undefined) return [[control, control]];
  if (character === 'x') return codePoint(cursor, readDigits(cursor, 2));
  if (character === 'u') {
    return codePoint(cursor, cursor.take('{') ? readBraced(cursor) : readDigits(cursor, 4));
  }
  if (SYNTAX.includes(character) || alsoPlain.includes(character)) return singleCharacter(character);
  throw cursor.error(`\\${character} is not supported`);
}

function readDigits(cursor: PatternCursor, length: number): string {
  let digits = '';
  while (digits.length < length) digits += cursor.next();
  return digits;
}

function readBraced(cursor: PatternCursor): string {
  let digits = '';
  while (!cursor.take('}')) digits += cursor.next();
  return digits;
}

function codePoint(cursor: PatternCursor, digits: string): CharacterSet {
  const code = /^[0-9A-Fa-f]{1,6}$/.test(digits) ? Number.parseInt(digits, 16) : Number.NaN;
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  if (!isCharacter) throw cursor.error('not a character in hexadecimal digits');
  return [[code, code]];
}

function only(set: CharacterSet): number | null {
  const [range] = set;
  return range !== undefined && set.length === 1 && range[0] === range[1] ? range[0] : null;
}
