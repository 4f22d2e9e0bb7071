import type { Random } from './random-values.ts';

/** A layer file that says these values, each in a style of YAML chosen at random among those that can hold it. */
export interface WrittenLayer {
  readonly text: string;
  /** The name of the variable whose text starts on a line; lines count from 1. */
  readonly nameOfLine: ReadonlyMap<number, string>;
}

/** Writes `NAME: value` for each variable. */
export function writeLayer(values: ReadonlyMap<string, string>, random: Random): WrittenLayer {
  const nameOfLine = new Map<number, string>();
  let text = '';
  let line = 1;
  for (const [name, value] of values) {
    const styles = STYLES.filter(({ canHold }) => canHold(value));
    const entry = `${name}:${random.pick([' ', '  ', ' '])}${random.pick(styles).write(value, random)}\n`;
    nameOfLine.set(line, name);
    text += entry;
    line += entry.split('\n').length - 1;
  }
  return { text, nameOfLine };
}

interface Style {
  readonly canHold: (value: string) => boolean;
  readonly write: (value: string, random: Random) => string;
}

/** Characters that must be escaped: controls, and what YAML or an editor may not keep. */
const UNPRINTABLE = /[\p{Cc}\ufeff\ufffe\uffff]/u;

const doubleQuoted: Style = {
  canHold: () => true,
  write: (value, random) =>
    `"${Array.from(value, (character) => escapeCharacter(character, random)).join('')}"`,
};

const singleQuoted: Style = {
  canHold: (value) => !UNPRINTABLE.test(value),
  write: (value) => `'${value.replaceAll("'", "''")}'`,
};

/** Its indentation is that of its first line, so that line may neither be empty nor start with a blank. */
const block: Style = {
  canHold: (value) => /^[^\s]/.test(value) && !UNPRINTABLE.test(value.replaceAll('\n', '')),
  write: (value, random) => {
    const body = value.replace(/\n+$/, '');
    const ends = value.length - body.length;
    const mark = ends === 0 ? '|-' : ends === 1 ? random.pick(['|', '|+']) : '|+';
    const lines = body.split('\n').map((line) => (line === '' ? '' : `  ${line}`));
    return `${mark}\n${lines.join('\n')}${'\n'.repeat(Math.max(ends - 1, 0))}`;
  },
};

/** Text without quotes, where nothing in it means anything to YAML. */
const plain: Style = {
  canHold: (value) =>
    /^[A-Za-z0-9_./+$(-][A-Za-z0-9_./ @%+=,()$\\"'&*!;|^~-]*$/.test(value) &&
    !/^(?:-|\.\.\.|---| )|[ ]$|^(?:~|null|Null|NULL)$|^[-] /.test(value),
  write: (value) => value,
};

const STYLES = [doubleQuoted, singleQuoted, block, plain];

const NAMED = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\t', '\\t'],
  ['\n', '\\n'],
  ['\u000b', '\\v'],
  ['\f', '\\f'],
  ['\r', '\\r'],
  ['\u001b', '\\e'],
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\u0085', '\\N'],
  ['\u00a0', '\\_'],
  ['\u2028', '\\L'],
  ['\u2029', '\\P'],
  ['/', '\\/'],
  [' ', '\\ '],
]);

function escapeCharacter(character: string, random: Random): string {
  const must = character === '"' || character === '\\' || UNPRINTABLE.test(character);
  if (!must && random.below(8) > 0) return character;
  const named = NAMED.get(character);
  if (named !== undefined && random.below(3) > 0) return named;
  const code = character.codePointAt(0) ?? 0;
  const widths = [...(code < 0x100 ? [2] : []), ...(code < 0x10000 ? [4] : []), 8];
  const width = random.pick(widths);
  const digits = code.toString(16).padStart(width, '0');
  return `\\${width === 2 ? 'x' : width === 4 ? 'u' : 'U'}${random.below(2) === 0 ? digits : digits.toUpperCase()}`;
}
