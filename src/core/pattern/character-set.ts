/** A set of code points: ranges, sorted and apart from each other. */
export type CharacterSet = readonly (readonly [from: number, to: number])[];

const LAST = 0x10ffff;

/** The set of one character. */
export function singleCharacter(character: string): CharacterSet {
  const code = character.codePointAt(0) ?? 0;
  return [[code, code]];
}

/** A set of ranges in any order, overlapping or not. */
export function makeSet(ranges: CharacterSet): CharacterSet {
  const merged: [number, number][] = [];
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** Every code point that is not in the set. */
export function invertSet(set: CharacterSet): CharacterSet {
  const inverted: [number, number][] = [];
  let next = 0;
  for (const [from, to] of set) {
    if (from > next) inverted.push([next, from - 1]);
    next = to + 1;
  }
  if (next <= LAST) inverted.push([next, LAST]);
  return inverted;
}

/** Whether a code point is in the set. */
export function hasCharacter(set: CharacterSet, code: number): boolean {
  for (const [from, to] of set) {
    if (code < from) return false;
    if (code <= to) return true;
  }
  return false;
}

const DIGITS: CharacterSet = [[0x30, 0x39]];
const WORD: CharacterSet = makeSet([...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]);
/** WhiteSpace and LineTerminator of ECMA-262. */
const SPACES: CharacterSet = makeSet([
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]);

/** `.`: everything but the line terminators of ECMA-262. */
export const ANY_BUT_LINE_END: CharacterSet = invertSet([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);

/** The sets of `\d \D \w \W \s \S`. */
export const NAMED_SETS: ReadonlyMap<string, CharacterSet> = new Map([
  ['d', DIGITS],
  ['D', invertSet(DIGITS)],
  ['w', WORD],
  ['W', invertSet(WORD)],
  ['s', SPACES],
  ['S', invertSet(SPACES)],
]);
