import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatComplaint } from '../../src/core/complain.ts';
import { parseRepository } from '../../src/core/repository/repository.ts';
import { resolveHost } from '../../src/core/resolve.ts';
import { makeRepositorySnapshot } from '../fixtures/repository.ts';
import { resolveSmall, textsOf } from '../helpers/repository-parts.ts';

const told = (common: string, files = {}) => resolveSmall(common, files).complaints.map(formatComplaint);
const texts = (common: string, files = {}) => textsOf(resolveSmall(common, files).value?.variables);

describe('layers', () => {
  const layers = {
    'env/environments/e.yaml': 'B: env\nC: env\nD: env\nE: env\n',
    'env/groups/g1.yaml': 'C: g1\nD: g1\nE: g1\n',
    'env/groups/g2.yaml': 'D: g2\nE: g2\n',
    'env/hosts/h.yaml': 'E: host\n',
  };

  test('the strongest wins, and a later group is stronger', () => {
    expect(texts('A: common\nB: common\n', layers)).toEqual({
      A: 'common',
      B: 'env',
      C: 'g1',
      D: 'g2',
      E: 'host',
    });
  });

  test('a variable knows its origin and what it hides, strongest first', () => {
    const e = resolveSmall('A: common\nE: common\n', layers).value?.variables.find(
      ({ name }) => name === 'E',
    );
    expect(e?.origin).toEqual({ layer: 'host h', at: { file: 'env/hosts/h.yaml', line: 1, column: 4 } });
    expect(e?.hides.map(({ layer }) => layer)).toEqual(['group g2', 'group g1', 'environment e', 'common']);
  });

  test('!unset removes what is inherited, and a stronger layer may set it again', () => {
    const files = { 'env/groups/g1.yaml': 'A: !unset\nB: !unset\n', 'env/hosts/h.yaml': 'B: again\n' };
    expect(resolveSmall('A: x\nB: x\n', files).complaints).toEqual([]);
    expect(texts('A: x\nB: x\n', files)).toEqual({ B: 'again' });
  });

  test('!unset of something that nobody sets is a warning', () => {
    expect(told('A: x\n', { 'env/hosts/h.yaml': 'B: !unset\n' })).toEqual([
      'env/hosts/h.yaml:1:1: warning: !unset of B, which no weaker layer sets [VALUE_MISSING]',
    ]);
  });

  test('names are sorted by their bytes', () => {
    expect(Object.keys(texts('b: 1\nB: 1\n_: 1\nA_1: 1\nA1: 1\na: 1\n'.replace('_: 1', '_x: 1')))).toEqual([
      'A1',
      'A_1',
      'B',
      '_x',
      'a',
      'b',
    ]);
  });
});

describe('!expand', () => {
  test.each([
    ['A: x\nB: !expand "<${A}>"', '<x>'],
    ['A: x\nB: !expand "$${A} $A $ ${A}"', '${A} $A $ x'],
    ['A: x\nB: !expand "$$${A}"', '$${A}'],
    ['A: ${C}\nB: !expand ${A}', '${C}'],
    ['A: !expand ${C}\nB: !expand ${A}${A}\nC: y', 'yy'],
    ['A: ""\nB: !expand "${A}"', ''],
    ['B: !expand "no reference"', 'no reference'],
  ])('%j makes B %j', (common, expected) => {
    expect(texts(common).B).toBe(expected);
  });

  test('a stronger layer changes what a weaker reference gives', () => {
    expect(texts('A: x\nB: !expand ${A}!\n', { 'env/hosts/h.yaml': 'A: y\n' })).toEqual({ A: 'y', B: 'y!' });
  });

  test.each([
    [
      'DB_HOST: x\nB: !expand ${DB_HOTS}',
      'env/common.yaml:2:12: B refers to DB_HOTS, which has no value here; did you mean "DB_HOST"? [EXPAND_UNKNOWN]',
    ],
    ['B: !expand "${a-b}"', 'env/common.yaml:1:12: B: a ${ without "NAME}" after it [EXPAND_UNKNOWN]'],
    ['B: !expand "${"', 'env/common.yaml:1:12: B: a ${ without "NAME}" after it [EXPAND_UNKNOWN]'],
    ['B: !expand ${B}', 'env/common.yaml:1:12: a circle: B → B [EXPAND_CYCLE]'],
    [
      'Z: !expand ${C}\nC: !expand ${A}\nA: !expand ${B}\nB: !expand "${C}"',
      'env/common.yaml:3:12: a circle: A → B → C → A [EXPAND_CYCLE]',
    ],
  ])('%j: %j', (common, expected) => {
    expect(told(common)).toEqual([expected]);
  });

  test('a value made of a secret is a secret, however far away', () => {
    const variables = { 'variables.yaml': 'S: {secret: true}\n' };
    const { value } = resolveSmall('S: x\nA: !expand ${S}\nB: !expand ${A}!\nC: plain\n', variables);
    expect(value?.variables.map(({ name, value }) => [name, value.secret])).toEqual([
      ['A', true],
      ['B', true],
      ['C', false],
      ['S', true],
    ]);
  });

  test('values that double at every step are stopped', () => {
    const lines = Array.from(
      { length: 500 },
      (_, at) => `R${at}: !expand "\${R${at + 1}}\${R${at + 1}}x"\n`,
    ).join('');
    expect(told(`${lines}R500: e\n`).join()).toContain('VALUE_IMPOSSIBLE');
  });

  test('a chain of 5,000 references is followed', () => {
    const lines = Array.from({ length: 5000 }, (_, at) => `R${at}: !expand \${R${at + 1}}\n`).join('');
    expect(texts(`${lines}R5000: end\n`).R0).toBe('end');
  });
});

describe('declarations', () => {
  const declare = (text: string) => ({ 'variables.yaml': text });

  test('a required variable without a value names the host and its layers', () => {
    expect(told('B: x\n', declare('A: {required: true}\n'))).toEqual([
      'variables.yaml:1:1: A is required, and no layer of h sets it (env/common.yaml, env/environments/e.yaml) [VALUE_MISSING]',
    ]);
  });

  test.each([
    ['integer', ['0', '-1', '+7', '007', '9007199254740993'], ['', '1.0', '1e3', ' 1', '0x1F', '١']],
    ['number', ['1', '1.', '.5', '-1.5e-3', '1e3'], ['', '.', 'e3', 'inf', '1,5']],
    ['boolean', ['on', 'OFF', 'true', '0', 'Yes'], ['', 'y', '2', 'truee']],
    [
      'url',
      ['https://x', 'redis://:p@h:1/0', 'mysql://u@h/d'],
      ['', 'x', 'http://', 'http://a b', 'http:x', ' http://x'],
    ],
    ['json', ['{}', '1', '"x"', '[1, {"a": null}]'], ['', '{', "{'a': 1}", 'undefined']],
    ['string', ['', 'anything'], []],
  ])('type %s', (type, good, bad) => {
    const verdict = (text: string) =>
      resolveSmall(`A: ${JSON.stringify(text)}\n`, declare(`A: {type: ${type}}\n`)).complaints.length;
    expect(good.filter((text) => verdict(text) > 0)).toEqual([]);
    expect(bad.filter((text) => verdict(text) === 0)).toEqual([]);
  });

  test('every rule that a value breaks is told, with the value', () => {
    expect(told('A: x\n', declare('A: {type: integer, enum: ["1", "2"], pattern: "[0-9]"}\n'))).toEqual([
      'env/common.yaml:1:4: A: "x" is no integer [VALUE_UNDECLARED_SHAPE]',
      'env/common.yaml:1:4: A: "x" is none of "1", "2" [VALUE_UNDECLARED_SHAPE]',
      'env/common.yaml:1:4: A: "x" does not match its pattern [0-9] [VALUE_UNDECLARED_SHAPE]',
    ]);
  });

  test('a secret is never shown, a long value is shortened', () => {
    const secret = told('A: "hunter2\\x01"\n', declare('A: {secret: true, type: integer}\n')).join('\n');
    expect(secret).toContain('A: *** is no integer');
    expect(secret).not.toMatch(/hunter2|U\+0001/);
    expect(told(`A: ${'x'.repeat(1000)}\n`, declare('A: {type: integer}\n')).join().length).toBeLessThan(200);
  });

  test('files limits the targets', () => {
    const { value } = resolveSmall('A: x\nB: x\n', declare('A: {files: [shell]}\n'));
    expect(value?.variables.map(({ targets }) => targets)).toEqual([['shell'], ['php-fpm', 'shell']]);
  });
});

describe('values that no environment carries well', () => {
  test('control characters are one warning per variable', () => {
    expect(told('A: "\\x01\\n\\t\\x7f\\x85\\x01"\n')).toEqual([
      'env/common.yaml:1:4: warning: A holds the control characters U+0001, U+007F, U+0085 [VALUE_CONTROL]',
    ]);
  });

  test('NAME=value and its NUL may have 131,072 bytes, not one more', () => {
    const value = (bytes: number) => 'é'.repeat(bytes / 2);
    expect(told(`AB: ${value(131_068)}\n`)).toEqual([]);
    expect(told(`ABC: ${value(131_068)}\n`).join()).toContain('[VALUE_IMPOSSIBLE]');
  });
});

test('every text comes through exactly', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (text) => {
      fc.pre(!text.includes('\0') && !/\p{Surrogate}/u.test(text));
      expect(texts(`A: ${JSON.stringify(text)}\n`).A).toBe(text);
    }),
  );
});

test('the fixture: what one host gets', () => {
  const repository = parseRepository(makeRepositorySnapshot()).value!;
  const { value, complaints } = resolveHost(repository, { name: 'php-143-117' });
  expect(complaints).toEqual([]);
  expect(textsOf(value?.variables)).toMatchObject({
    APP_ENV: 'functional',
    DATABASE_URL: 'mysql://shop_user@func-01.db.example.com:3306/shop',
    DEBUG: 'on',
    VERSION: '1.11',
    ZIP: '007',
    LONG_TEXT: 'first line\n  second line, indented\nthird line\n',
    SHELL_TRICKS: '$HOME ${HOME} $(id) `id`',
  });
  expect(value?.variables.some(({ name }) => name === 'QUEUE_URL')).toBe(false);
});
