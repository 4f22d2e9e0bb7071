import type { Snapshot } from '../../src/core/types.ts';

/** A seeded source of numbers (mulberry32): the same seed gives the same mutants. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to below `sides`. */
  roll(sides: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let bits = this.#state;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) % sides;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.roll(choices.length)] as T;
  }
}

export interface Mutant {
  readonly snapshot: Snapshot;
  /** What was done to it, for a person who wants to see it again. */
  readonly deed: string;
}

type Deed = readonly [name: string, change: (text: string, dice: Dice) => string | Uint8Array];

const NAMES = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '<<',
  'null',
  '~',
  'LD_PRELOAD',
  'a-b',
];
const SNIPPETS = [
  '"', "'", '&a ', '*a ', '!unset ', '!expand ', '!!js/function ', '%YAML 1.1\n', '---\n', '...\n', '? ', ': ', '- ', '{', '}', '[', ']',
  '\t', '\r', '\u0000', '\u0001', '\u0085', '\u2028', '\ufeff', '|\n', '>-\n', '|+\n', '\\', '"\\ud800"', '"\\0"', '${A}', '$${', '#', '{{', '}}',
  '{%', '%}', '{% for a in (1..100000000) %}', '{{ host | raw }}', '{% raw %}', 'DB_HOST: !expand "${DATABASE_URL}"\n', 'MOTD: [a]\n',
]; // biome-ignore format: a table of short texts
const BOMBS = [
  '"',
  "'",
  '""\n',
  '! ',
  '!unset ',
  '%X\n',
  '[',
  '{',
  ']',
  '[]',
  '- ',
  '? ',
  ': ',
  'a: "b" "c"\n',
  '&a ',
  '*a ',
  '|\n',
  '\\',
  '#\n',
  '\n',
  ',',
];
const PATTERNS = [
  '(a*)*b',
  '(a|a)*b',
  '(.*)(.*)(.*)(.*)x',
  '((a{1,30}){1,30}){1,30}',
  'a{1000}{1000}',
  '(?=a)',
  '\\\\1',
  '[z-a]',
  '('.repeat(400),
];

const DEEDS: readonly Deed[] = [
  ['flip bytes', flipBytes],
  ['swap lines', (text, dice) => editLines(text, (lines) => [...lines].sort(() => dice.roll(3) - 1))],
  ['duplicate a line', (text, dice) => editLines(text, (lines, at) => lines.toSpliced(at, 0, lines[dice.roll(lines.length)] ?? ''), dice)],
  ['delete a line', (text, dice) => editLines(text, (lines, at) => lines.toSpliced(at, 1), dice)],
  ['join lines', (text, dice) => editLines(text, (lines, at) => lines.toSpliced(at, 2, `${lines[at]}${lines[at + 1] ?? ''}`), dice)],
  ['rename a key', (text, dice) => editLines(text, (lines, at) => lines.with(at, (lines[at] ?? '').replace(/[\w-]+(?=:)/, dice.pick(NAMES))), dice)],
  ['indent a line', (text, dice) => editLines(text, (lines, at) => lines.with(at, `${' '.repeat(dice.roll(5))}${lines[at]}`), dice)],
  ['insert a snippet', (text, dice) => insert(text, dice.pick(SNIPPETS), dice)],
  ['cut the end', (text, dice) => text.slice(0, dice.roll(text.length + 1))],
  ['insert a bomb', (text, dice) => insert(text, dice.pick(BOMBS).repeat(1 << dice.roll(17)).slice(0, 250_000), dice)],
  ['nest', (text, dice) => insert(text, nest(1 << dice.roll(10)), dice)],
  ['multiply references', (text, dice) => `${text}${references(1 << dice.roll(10))}`],
  ['many entries', (text, dice) => `${text}${Array.from({ length: 1 << dice.roll(15) }, (_, at) => `K${at}: v\n`).join('')}`],
  ['a costly pattern', (_, dice) => `A: {pattern: '${dice.pick(PATTERNS)}'}\n`],
  ['a long value', (_, dice) => `A: "${dice.pick(['a', '\\x85', 'é', ' ', '${A}']).repeat(1 << dice.roll(16))}"\n`],
]; // biome-ignore format: one deed per line

/** A repository with one to three things done to it. */
export function mutate(original: Snapshot, dice: Dice): Mutant {
  const files = new Map(original.files);
  const deeds: string[] = [];
  for (let left = 1 + dice.roll(3); left > 0; left--) {
    const path = dice.pick([...files.keys()]);
    const [name, change] = dice.pick(DEEDS);
    const changed = change(new TextDecoder().decode(files.get(path)), dice);
    files.set(path, typeof changed === 'string' ? new TextEncoder().encode(changed) : changed);
    deeds.push(`${name} (${path})`);
  }
  return { snapshot: { ...original, files }, deed: deeds.join(', ') };
}

function flipBytes(text: string, dice: Dice): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  for (let left = 1 + dice.roll(4); left > 0 && bytes.length > 0; left--)
    bytes[dice.roll(bytes.length)] = dice.roll(256);
  return bytes;
}

function editLines(
  text: string,
  edit: (lines: string[], at: number) => readonly string[],
  dice?: Dice,
): string {
  const lines = text.split('\n');
  return edit(lines, dice?.roll(lines.length) ?? 0).join('\n');
}

function insert(text: string, snippet: string, dice: Dice): string {
  const at = dice.roll(text.length + 1);
  return `${text.slice(0, at)}${snippet}${text.slice(at)}`;
}

function nest(depth: number): string {
  return Array.from({ length: depth }, (_, at) => `${' '.repeat(Math.min(at, 700))}a:\n`).join('');
}

/** Each refers twice to the next: 2 to the power of `count` without a limit. */
function references(count: number): string {
  return (
    Array.from({ length: count }, (_, at) => `R${at}: !expand "\${R${at + 1}}\${R${at + 1}}x"\n`).join('') +
    `R${count}: end\n`
  );
}
