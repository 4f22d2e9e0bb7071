import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readHeadings, readTable } from './markdown.ts';
import { ROOT, readPage } from './pages.ts';

const FOLDER = join(ROOT, 'test', 'integration', 'git-hazards');
const { text } = readPage('docs/git-hazards.md');

const rows = readHeadings(text)
  .filter(({ depth }) => depth === 2)
  .flatMap(({ title }) => readTable(text, title))
  .map(([hazard = '', happens = '', where = '']) => {
    const [, file = '', name = ''] = /^`test\/integration\/git-hazards\/([\w.-]+)`: (.+)$/.exec(where) ?? [];
    return { hazard, happens, file, name };
  });

/** The names of tests in a file, as they are written; those of tables too. */
function namesIn(file: string): readonly string[] {
  const path = join(FOLDER, file);
  const source = file !== '' && existsSync(path) ? readFileSync(path, 'utf8') : '';
  const named = source.matchAll(
    /(?:hazard|test(?:\.skipIf\([^\n]*?\))?)\(\s*'([^']+)'|\[\s*'([^']+)',\s*\(/g,
  );
  const eachNamed = source.matchAll(/^\]\)\(\s*'([^':]+)/gm);
  return [...named, ...eachNamed].map(([, name, ofTable]) => name ?? ofTable ?? '');
}

describe('each hazard of docs/git-hazards.md', () => {
  test('is there', () => {
    expect(rows.length).toBeGreaterThan(70);
    expect(rows.filter(({ hazard, happens }) => hazard === '' || happens === '')).toEqual([]);
  });

  test.each(rows)('$hazard has the test "$name"', ({ file, name }) => {
    expect(namesIn(file)).toContain(name);
  });
});

test('every test of a hazard stands in docs/git-hazards.md', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.test.ts'));
  const named = new Set(rows.map(({ file, name }) => `${file}: ${name}`));
  const all = files.flatMap((file) => namesIn(file).map((name) => `${file}: ${name}`));
  expect(all.filter((each) => !named.has(each))).toEqual([]);
});
