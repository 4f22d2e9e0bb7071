import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkRepository } from '../../src/core/check.ts';
import { readFencedBlocks, readHeadings } from './markdown.ts';
import { valuesOf, withFiles } from './small-repository.ts';

const TEMPLATE = new URL('../../config-repo-template/', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(TEMPLATE, path), 'utf8');
const english = read('README.md');
const chinese = read('README.zh-CN.md');

test('both languages have the same headings and the same code blocks', () => {
  const depths = (page: string): readonly number[] => readHeadings(page).map(({ depth }) => depth);
  expect(depths(english).length).toBeGreaterThan(8);
  expect(depths(chinese)).toEqual(depths(english));

  const blocks = (page: string) => readFencedBlocks(page).map(({ language, text }) => ({ language, text }));
  expect(blocks(english).length).toBeGreaterThan(8);
  expect(blocks(chinese)).toEqual(blocks(english));
});

test('both languages have the same number of list items and table rows', () => {
  const count = (page: string): readonly number[] =>
    [/^- /gm, /^\d+\. /gm, /^\| /gm].map((item) => page.match(item)?.length ?? 0);
  expect(count(chinese)).toEqual(count(english));
});

test.each([
  ['README.md', english],
  ['README.zh-CN.md', chinese],
])('every path that %s names in its table is there', (_, page) => {
  const paths = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1] ?? '');
  expect(paths.length).toBeGreaterThan(5);
  expect(paths.filter((path) => !existsSync(join(TEMPLATE, path)))).toEqual([]);
});

test('its steps for a variable, a host and a group leave only the expected files to be written anew', () => {
  const yaml = readFencedBlocks(english).filter(({ language }) => language === 'yaml');
  const [values = '', variable = '', host = '', group = ''] = yaml.map(({ text }) => text);
  const canary = host.replace('groups: [functional]', 'groups: [functional, canary]');
  const snapshot = withFiles({
    'env/common.yaml': `${read('env/common.yaml')}CACHE_TTL: 60\n`,
    'env/environments/func-02.yaml': values.replace('ZIP', 'SITE_NAME'),
    'variables.yaml': read('variables.yaml') + variable,
    'hosts.yaml': read('hosts.yaml') + canary,
    'env/groups/canary.yaml': group,
  });
  const codes = checkRepository(snapshot).map(({ code, at }) => `${code} ${at?.file}`);
  expect(codes.length).toBeGreaterThan(0);
  expect(codes.filter((each) => !each.startsWith('EXPECTED_DIFFERS expected/'))).toEqual([]);
  expect(valuesOf(snapshot, 'php-143-122').get('CACHE_TTL')).toBe('60');
});
