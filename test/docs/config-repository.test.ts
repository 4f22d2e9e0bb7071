import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { SNAPSHOT_LIMITS } from '../../src/adapters/snapshot-rules.ts';
import { checkRepository } from '../../src/core/check.ts';
import { MAX_TOTAL } from '../../src/core/expand.ts';
import { checkName, DEFAULT_NAMES, REFUSED_NAMES } from '../../src/core/names.ts';
import { DECLARATION_FIELDS } from '../../src/core/repository/declarations.ts';
import { HOST_FIELDS } from '../../src/core/repository/hosts.ts';
import { SETTINGS_FIELDS } from '../../src/core/repository/settings.ts';
import { YAML_LIMITS } from '../../src/core/yaml.ts';
import { readCodeWords, readFencedBlocks, readTable } from './markdown.ts';
import type { Files } from './small-repository.ts';
import { smallRepository, valuesOf } from './small-repository.ts';

const page = readFileSync(new URL('../../docs/config-repository.md', import.meta.url), 'utf8');
const examples = readFencedBlocks(page).filter(({ language }) => language === 'yaml');

/** What the examples stand in where they do not say otherwise. */
const BASE: Files = {
  'reconcile.yaml': 'format: 1\nid: docs\nlayers: [env/common.yaml]\n',
  'hosts.yaml': 'php-143-117: {environment: func-01}\n',
  'env/common.yaml': 'DB_HOST: db.example.com\nZIP: 007\n',
};

const codesOf = (files: Files): readonly string[] => [
  ...new Set(checkRepository(smallRepository({ ...BASE, ...files })).map(({ code }) => code)),
];

describe('the examples', () => {
  test('all name the file that they are', () => {
    expect(examples.length).toBeGreaterThan(4);
    expect(examples.filter(({ info }) => !/^(reconcile|hosts|variables|env\/.+)\.yaml$/.test(info))).toEqual(
      [],
    );
  });

  test('together they are a repository without mistakes', () => {
    const all = Object.fromEntries(examples.map(({ info, text }) => [info, text]));
    const common = examples.find(({ info }) => info === 'env/common.yaml')?.text ?? '';
    const rest = {
      'env/environments/func-01.yaml': 'DB_PASSWORD: fake\n',
      'env/groups/canary.yaml': '# none yet\n',
    };
    const repository = smallRepository({
      ...all,
      'env/common.yaml': `${common}APP_ENV: functional\n`,
      ...rest,
    });
    expect(checkRepository(repository)).toEqual([]);

    const production = valuesOf(repository, 'php-150-011');
    expect(production.get('DB_URL')).toBe('mysql://db.prod.example.com:3306/app');
    expect(production.has('ZIP')).toBe(false);
    expect(valuesOf(repository, 'php-143-117').get('ZIP')).toBe('007');
  });

  test('of !expand gives what the page says', () => {
    const [common] = examples.filter(({ text }) => text.includes('PATTERN:'));
    const values = valuesOf(
      smallRepository({ ...BASE, 'env/common.yaml': common?.text ?? '' }),
      'php-143-117',
    );
    expect(Object.fromEntries(values)).toEqual({
      DB_HOST: 'db.example.com',
      DB_URL: 'mysql://db.example.com/app',
      PATTERN: '${DB_HOST} is db.example.com',
      PLAIN: '${DB_HOST} stays as it is',
    });
  });
});

describe('the keys', () => {
  test.each([
    ['reconcile.yaml', SETTINGS_FIELDS],
    ['hosts.yaml', HOST_FIELDS],
    ['variables.yaml', DECLARATION_FIELDS],
  ])('of %s are all there, and no other', (heading, fields) => {
    const rows = readTable(page, heading).map(([key, need]) => [readCodeWords(key)[0], need === 'required']);
    expect(rows).toEqual(fields.map(({ name, required }) => [name, required === true]));
  });

  test.each(['reconcile.yaml', 'hosts.yaml', 'variables.yaml'])(
    'a key that is not on the page refuses %s',
    (path) => {
      const entry = 'surprise: {surprise: 1}\n';
      expect(codesOf({ [path]: path === 'reconcile.yaml' ? `${BASE[path]}${entry}` : entry })).toContain(
        'YAML_SHAPE',
      );
    },
  );
});

describe('the types', () => {
  const rows = readTable(page, 'variables.yaml', 1).map(([type, takes, refuses]) => ({
    type: readCodeWords(type)[0] ?? '',
    takes: readCodeWords(takes),
    refuses: readCodeWords(refuses),
  }));

  test('are all there', () => {
    const { allowed } = DECLARATION_FIELDS.find(({ name }) => name === 'type') ?? {};
    expect(rows.map(({ type }) => type)).toEqual(allowed);
  });

  const codesOfValue = (type: string, value: string): readonly string[] =>
    codesOf({ 'variables.yaml': `A: {type: ${type}}\n`, 'env/common.yaml': `A: '${value}'\n` });

  test.each(rows)('$type takes what the page says', ({ type, takes }) => {
    expect(takes.filter((value) => codesOfValue(type, value).length > 0)).toEqual([]);
  });

  test.each(rows.filter(({ type }) => type !== 'string'))(
    '$type refuses what the page says',
    ({ type, refuses }) => {
      expect(refuses.length).toBeGreaterThan(0);
      expect(
        [...refuses, ''].filter((value) => codesOfValue(type, value)[0] !== 'VALUE_UNDECLARED_SHAPE'),
      ).toEqual([]);
    },
  );
});

describe('the values', () => {
  test.each(readTable(page, 'Values'))('%s gives %s', (written, given) => {
    const [line = ''] = readCodeWords(written);
    const name = line.slice(0, line.indexOf(':'));
    const repository = smallRepository({ ...BASE, 'env/common.yaml': `${line}\n` });
    expect(valuesOf(repository, 'php-143-117').get(name)).toBe(readCodeWords(given)[0] ?? '');
    expect(checkRepository(repository)).toEqual([]);
  });

  test.each(readTable(page, 'Values', 1))('%s is refused by %s', (written, code) => {
    expect(codesOf({ 'env/common.yaml': `${readCodeWords(written)[0]}\n` })).toEqual(readCodeWords(code));
  });

  test.each(['$HOME', 'a$pool'])('%s may stand in the shell file alone', (value) => {
    const files = { 'variables.yaml': 'A: {files: [shell]}\n', 'env/common.yaml': `A: ${value}\n` };
    expect(codesOf(files)).toEqual([]);
  });
});

describe('the refused names', () => {
  const at = { file: 'x', line: 1, column: 1 };
  const listed = readTable(page, 'Names').flatMap(([names]) => readCodeWords(names));

  test('are refused', () => {
    const tried = listed.map((name) => name.replace('*', 'ANY'));
    expect(tried.filter((name) => checkName(name, DEFAULT_NAMES, at)?.code !== 'NAME_REFUSED')).toEqual([]);
  });

  test('are all on the page', () => {
    const names = REFUSED_NAMES.flatMap(([, entries]) => entries);
    expect(names.length).toBeGreaterThan(50);
    expect([...listed].sort()).toEqual([...names].sort());
  });
});

describe('the layers', () => {
  const settings =
    'format: 1\nid: docs\nlayers: ["env/{group}.yaml", "env/e/{environment}.yaml", "env/h/{host}.yaml"]\n';
  const hosts = 'php-143-117: {environment: func-01, groups: [weak, strong]}\n';
  const files = { 'reconcile.yaml': settings, 'hosts.yaml': hosts, 'env/common.yaml': null };
  const environment = { 'env/e/func-01.yaml': '# nothing\n' };

  test('a group and a host need no file, an environment does', () => {
    expect(codesOf({ ...files, ...environment })).toEqual([]);
    expect(codesOf(files)).toEqual(['FILE_MISSING']);
  });

  test('a later group is stronger', () => {
    const groups = { 'env/weak.yaml': 'A: weak\n', 'env/strong.yaml': 'A: strong\n' };
    const repository = smallRepository({ ...files, ...environment, ...groups });
    expect(valuesOf(repository, 'php-143-117').get('A')).toBe('strong');
  });

  test('a file that no host uses gets a warning', () => {
    const repository = smallRepository({ ...BASE, 'env/comon.yaml': 'A: b\n' });
    expect(checkRepository(repository)).toMatchObject([{ code: 'LAYER_UNKNOWN', severity: 'warning' }]);
  });
});

test('the limits are those of the code', () => {
  const [, limits = ''] = page.split('## Limits\n');
  const kibibytes = (bytes: number): string => `${bytes / 1024} KiB`;
  expect(limits).toContain(
    `${kibibytes(YAML_LIMITS.bytes)}, ${YAML_LIMITS.entries.toLocaleString('en')} entries, ${YAML_LIMITS.depth} levels`,
  );
  expect(SNAPSHOT_LIMITS.fileBytes).toBe(1024 * 1024);
  expect(limits).toContain(
    `${SNAPSHOT_LIMITS.files.toLocaleString('en')} such files, ${SNAPSHOT_LIMITS.depth} levels`,
  );
  expect(limits).toContain(`${MAX_TOTAL / 1024 / 1024} MiB`);
});
