/** A generator of numbers that gives the same sequence for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to and without `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  pick<T>(list: readonly T[]): T {
    const item = list[this.below(list.length)];
    if (item === undefined) throw new Error('an empty list has nothing to pick');
    return item;
  }
}

/** What php-fpm, shells or YAML have ever read as something else than itself. */
const TRICKY = [
  ...[
    'yes',
    'on',
    'true',
    'no',
    'off',
    'false',
    'null',
    'none',
    'NULL',
    '~',
    '0',
    '007',
    '1e3',
    '-1',
    '0x10',
    '1.50',
    '.5',
  ],
  ...[
    'PHP_VERSION',
    'E_ALL',
    'PHP_EOL',
    'M_PI',
    'LC_ALL',
    '"PHP_EOL"',
    '"PHP_EOL',
    'PHP_EOL"',
    '\\"PHP_EOL\\"',
    '"""',
  ],
  ...['$', '$$', '$HOME', '${HOME}', '${', '$pool', '$poo', 'pool', '$(id)', '`id`', '$$pool'],
  ...[
    '\\',
    '\\\\',
    '\\"',
    "\\'",
    '\\$',
    '\\n',
    '\\x41',
    '\\\n',
    '\\\r',
    '"\r',
    '\\"\r',
    '"\r\n',
    '"\n',
    "'\n",
    '\r',
    '\n',
    '\r\n',
  ],
  ...[
    '"',
    "'",
    "''",
    "'\\''",
    '""',
    "'\"'",
    '`',
    ';',
    '#',
    ' #',
    ': ',
    ':',
    '=',
    '==',
    '|',
    '&',
    '^',
    '~',
    '!',
    '!x',
    '!!',
    '!$',
  ],
  ...[
    '(',
    ')',
    '((',
    '[',
    ']',
    '{',
    '}',
    '<',
    '<<EOF',
    '>',
    '?',
    '*',
    '@',
    '%',
    '%s',
    '%n',
    ',',
    '.',
    '/',
    '- ',
    '? ',
    '---',
    '...',
  ],
  ...[
    ' ',
    '  ',
    '\t',
    ' \t',
    '\u000b',
    '\u000c',
    '\u0001',
    '\u0007',
    '\u0008',
    '\u001b[2J',
    '\u001f',
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009b',
  ],
  ...[
    'é',
    '中文',
    '日本',
    '😀',
    '👨‍👩‍👧',
    '\u00a0',
    '\u200b',
    '\u2028',
    '\u2029',
    '\u202e',
    '\ufeff',
    '\ufffd',
    '\ufffe',
    '\uffff',
    '\u{10ffff}',
    '\ue000',
  ],
  ...[
    'export X=1',
    'env["A"] = "B"',
    '[www]',
    '[global]',
    'listen = /x',
    'include = /etc/passwd',
    '<?php',
    '*/',
    'EOF',
  ],
  ...['{{ x }}', '{% raw %}', '!unset', '!expand', '&a', '*a', '|-', '>-', '<%', 'a', 'b c', 'value', 'A=B'],
];

/** A value of pieces that are known to be tricky, or of random characters; never NUL, never half a pair. */
export function makeValue(random: Random): string {
  const kind = random.below(20);
  if (kind === 0) return random.pick(TRICKY);
  if (kind === 1) return '';
  if (kind === 2) return random.pick(TRICKY).repeat(1 + random.below(400));
  if (kind < 8) return repeat(1 + random.below(12), () => makeCharacter(random));
  return repeat(1 + random.below(10), () => random.pick(TRICKY));
}

/** As long as a variable may be, and one byte longer. */
export function makeLongValues(name: string, random: Random): readonly string[] {
  const room = 131_071 - Buffer.byteLength(`${name}=`);
  const tail = (length: number): string =>
    `${random.pick(["'", '"', '\\', '\n', 'x'])}${'y'.repeat(length - 1)}`;
  return [
    tail(room),
    tail(room + 1),
    `$${tail(room)}`,
    `${'中'.repeat(Math.floor(room / 3))}${'z'.repeat(room % 3)}`,
  ];
}

function makeCharacter(random: Random): string {
  const kind = random.below(6);
  const code =
    kind < 3
      ? 1 + random.below(0x7f)
      : kind < 5
        ? 1 + random.below(0xffff)
        : 0x10000 + random.below(0x100000);
  return code >= 0xd800 && code <= 0xdfff ? '\ud7ff' : String.fromCodePoint(code);
}

function repeat(times: number, make: () => string): string {
  return Array.from({ length: times }, make).join('');
}
