import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../src/core/yaml.ts';
import { nodeOf, placesOf, readYaml, toData } from '../helpers/yaml-nodes.ts';

function readA(text: string): unknown {
  const data = toData(nodeOf(text));
  return data instanceof Map ? data.get('a') : data;
}

describe('the text as written is the value', () => {
  test.each([
    ['a: 1.10', '1.10'],
    ['a: 007', '007'],
    ['a: on', 'on'],
    ['a: 0x1F', '0x1F'],
    ['a: 1e3', '1e3'],
    ['a: 9007199254740993', '9007199254740993'],
    ['a: 2024-01-01', '2024-01-01'],
    ['a: 12:30:45', '12:30:45'],
    ['a: x y  z   # comment', 'x y  z'],
    ['a: x#y', 'x#y'],
    ['a:  \tx\ty \t', 'x\ty'],
    ['a: http://x:1/?q={b}', 'http://x:1/?q={b}'],
    ['a:\n  x', 'x'],
    ['a: x\u00a0', 'x\u00a0'],
    ['a: x\u2028y', 'x\u2028y'],
    ['a: ""', ''],
    ['a: "null"', 'null'],
    ['a: " x\t"', ' x\t'],
    ['a: "x\\ty\\n\\x41\\u00e9\\U0001F600"', 'x\ty\nAé😀'],
    ['a: "\\ud83d\\ude00"', '😀'],
    ['a: "\x85\u2028"', '\x85\u2028'],
    ['a: "\\N\\_\\L\\P\\e\\/"', '\x85\u00a0\u2028\u2029\x1b/'],
    ["a: 'it''s \\n'", "it's \\n"],
    ['a: "x\n   y\n\n   z"', 'x y\nz'],
    ['a: "x \\\n   \\ y"', 'x  y'],
    ["a: 'x \n\n  y'", 'x\ny'],
    ['a: |\n  x  \n\n    y\n\n\nb: c', 'x  \n\n  y\n'],
    ['a: |-\n  x\n\n', 'x'],
    ['a: |+\n  x\n\n', 'x\n\n'],
    ['a: |+\n\n\n', '\n\n'],
    ['a: |\n', ''],
    ['a: >\n  x\n  y\n\n  z\n   w\n  v\n', 'x y\nz\n w\nv\n'],
    ['a: !expand "${B}"', '!expand ${B}'],
    ['a: !unset', '!unset '],
    ['a: !unset # gone', '!unset '],
    ['--- # start\na: x', 'x'],
  ])('%j gives %j', (text, value) => {
    expect(readA(text)).toBe(value);
  });

  test('any text in double quotes, written as JSON, comes back exactly', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 50 }), (text) => {
        fc.pre(!text.includes('\0') && !/\p{Surrogate}/u.test(text));
        expect(readA(`a: ${JSON.stringify(text)}\n`)).toBe(text);
      }),
    );
  });
});

test.each(['a:', 'a: ~', 'a: null', 'a: # nothing', 'a: NULL'])('%j is empty, not a text', (text) => {
  expect(readA(text)).toBeNull();
});

test('an empty file and one with comments only are empty', () => {
  expect([nodeOf('').kind, nodeOf('# x\n\n').kind, nodeOf('---\n').kind]).toEqual([
    'empty',
    'empty',
    'empty',
  ]);
});

test('keys are text as written, whatever their name', () => {
  const keys = [
    ...(
      toData(nodeOf('__proto__: a\nconstructor: b\n1.0: c\nnull: d\n~: e\n<<: f\n"": g')) as Map<
        string,
        string
      >
    ).keys(),
  ];
  expect(keys).toEqual(['__proto__', 'constructor', '1.0', 'null', '~', '<<', '']);
});

describe('what cannot be read exactly is refused with its place', () => {
  test.each([
    ['a: &x y\nb: *x', ['1:4 YAML_FORBIDDEN', '2:4 YAML_FORBIDDEN']],
    ['a: !!str x\nb: !foo y\nc: ! z', ['1:4 YAML_FORBIDDEN', '2:4 YAML_FORBIDDEN', '3:4 YAML_FORBIDDEN']],
    ['a: !!js/function x', ['1:4 YAML_FORBIDDEN']],
    ['%YAML 1.1\n---\na: no', ['1:1 YAML_FORBIDDEN', '2:1 YAML_FORBIDDEN']],
    ['a: x\n---\nb: y', ['2:1 YAML_FORBIDDEN']],
    ['a: x\n...\n', ['2:1 YAML_FORBIDDEN']],
    ['? a\n: b', ['1:1 YAML_FORBIDDEN']],
    ['a: |2\n   x\n', ['2:1 YAML_FORBIDDEN']],
    ['a: !unset [x]', ['1:4 YAML_SYNTAX']],
    ['!unset a: x', ['1:8 YAML_SYNTAX']],
    ['[a]: b', ['1:1 YAML_SYNTAX']],
    [': b', ['1:1 YAML_SYNTAX']],
    ['a: 1\n"a": 2', ['2:1 YAML_DUPLICATE']],
    ['1: a\n"1": b\n\'1\': c', ['2:1 YAML_DUPLICATE', '3:1 YAML_DUPLICATE']],
    ['a: {b: 1, b: 2}', ['1:11 YAML_DUPLICATE']],
    ['a: x\n  y', ['1:4 YAML_SYNTAX']],
    ['a: [x\n  y]', ['1:5 YAML_SYNTAX']],
    ['a: |\n  x', ['2:1 YAML_SYNTAX']],
    ['a: "x\\\n\n  y"', ['1:4 YAML_SYNTAX']],
    ["a: 'x\n  ''\nb: y'", ['1:4 YAML_SYNTAX']],
    ['a: "\\q"', ['1:5 YAML_SYNTAX']],
    ['a: "\\U00110000"', ['1:5 YAML_SYNTAX']],
    ['a: "x', ['1:4 YAML_SYNTAX']],
    ['a: b: c', ['1:5 YAML_SYNTAX']],
    ['a: @x', ['1:4 YAML_SYNTAX']],
    ['a: "b" "c"\nd: "e" "f"', ['1:8 YAML_SYNTAX']],
    ['a: {b: c: d}', ['1:9 YAML_SYNTAX']],
    ['a: [b: : c]', ['1:8 YAML_SYNTAX']],
    ['a: [b] c', ['1:8 YAML_SYNTAX']],
    ['a: ["b" "c" "d"]', ['1:13 YAML_SYNTAX']],
    ['a: x\n\tb: y', ['2:1 YAML_SYNTAX']],
    ['a: "\\0"', ['1:4 VALUE_IMPOSSIBLE']],
    ['é: x\n😀: "\\ud800"', ['2:4 TEXT_ENCODING']],
    ['a: [[[[[[[[x]]]]]]]]', ['1:11 YAML_SHAPE']],
  ])('%j: %j', (text, places) => {
    const { value, complaints } = readYaml(text);
    expect(placesOf(complaints)).toEqual(places);
    expect(value).toBeNull();
  });
});

test('a message about broken YAML never quotes the file', () => {
  const broken = [
    'a: "hunter2" hunter2',
    'a: x\n hunter2: y',
    'hunter2\nhunter2',
    'a: "hunter2',
    'a: |hunter2\n',
    'a: [hunter2',
    '- a\nhunter2',
  ];
  const messages = broken.flatMap((text) => readYaml(text).complaints.map(({ message }) => message));
  expect(messages.length).toBeGreaterThanOrEqual(broken.length);
  expect(messages.join()).not.toContain('hunter2');
});

describe('no file within the size limit takes long', () => {
  const fill = (text: string) => text.repeat(Math.floor((256 * 1024) / Buffer.byteLength(text)));
  test.each([
    ...[
      '"',
      "'",
      '"" ',
      '""\n',
      '! ',
      '!\n',
      '!unset ',
      '%X\n',
      '&a ',
      '*a ',
      '[',
      '{',
      ']',
      '[]',
      '{a: ',
      '[\n',
      '- ',
      '? ',
      ': ',
    ],
    ...[
      '-\n',
      'a: b\n',
      'a:\n',
      '---\n',
      '...\n',
      '|\n',
      '>',
      ',',
      '\\',
      '#\n',
      '\n',
      '# \n\n',
      'a: "b" "c"\n',
      '<<: a\n',
      '- a: b\n',
    ],
    ...['"\\q": "\\q"\n', '\ta: b\n', '!unset a: b\n'],
  ])('%j over and over', (piece) => {
    expect(timeOf(fill(piece))).toBeLessThan(1000);
  });

  test.each([
    ['escapes', `a: "${fill('\\q')}"`.slice(0, 256 * 1024)],
    ['colons in a bracket', `a: {b: c${': '.repeat(9000)}`],
    ['texts and colons in a bracket', `a: {${'b: '.repeat(9000)}`],
    ['halves of pairs', `a: "${fill('\\ud800').slice(0, 262_000)}"`],
    ['9,999 keys', Array.from({ length: 9_999 }, (_, at) => `K${at}: v\n`).join('')],
    ['9,999 items', `a: [${Array.from({ length: 9_999 }, () => '"x"').join(', ')}]`],
    ['9,999 equal keys', 'aaaa: b\n'.repeat(9_999)],
    ['deep indentation', Array.from({ length: 700 }, (_, at) => `${' '.repeat(at)}a:\n`).join('')],
    ['empty lines in a block', `a: |\n${'  \n'.repeat(87_000)}`],
  ])('%s', (_, text) => {
    expect(timeOf(text)).toBeLessThan(1000);
  });

  /** Time of the processor, which other work on the machine does not lengthen. */
  function timeOf(text: string): number {
    const before = process.cpuUsage();
    readYaml(text);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  }
});

test('a value of 131,071 bytes is read', () => {
  expect(readA(`a: ${'x'.repeat(131_071)}`)).toHaveLength(131_071);
});

test.each([
  ['bytes', { bytes: 9, depth: 8, entries: 9 }, 'FILE_TOO_LARGE'],
  ['depth', { bytes: 99, depth: 1, entries: 9 }, 'YAML_SHAPE'],
  ['entries', { bytes: 99, depth: 8, entries: 1 }, 'FILE_TOO_LARGE'],
])('the limit of %s can be set', (_, limits, code) => {
  const bytes = new TextEncoder().encode('a: {b: c, d: e}');
  expect(parseYaml('f', bytes, limits).complaints.map((complaint) => complaint.code)).toEqual([code]);
});
