import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadCommands } from '../../src/cli/commands/index.ts';
import { checkRepository } from '../../src/core/check.ts';
import { readHeadings, readTable } from './markdown.ts';
import { withFiles } from './small-repository.ts';

const commands = await loadCommands();

const DOCS = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('contract.md', DOCS), 'utf8');
const promises = readHeadings(page).filter(({ title }) => /^\d/.test(title));

test('the promises are numbered from one to ten', () => {
  expect(promises.map(({ title }) => Number.parseInt(title, 10))).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test.each(promises)('"$title" names tests, and they are there', ({ title }) => {
  const [, section = ''] = page.split(`## ${title}\n`);
  const [, held = ''] = /^Held by (.+)\.$/m.exec(section.split(/^## /m)[0] ?? '') ?? [];
  const paths = [...held.matchAll(/\]\((\.\.\/test\/[^)]+)\)/g)].map((match) => match[1] ?? '');
  expect(paths).not.toEqual([]);
  expect(paths.filter((path) => !existsSync(new URL(path, DOCS)))).toEqual([]);
});

describe('a value that a file cannot carry', () => {
  const rows = readTable(page, '1. Exact').map(([value = '', where]) => [value, where] as const);
  const examples: Readonly<Record<string, string>> = {
    'holds a NUL character': '"a\\0"',
    'starts with `$`': '"$HOME"',
    'contains `$pool`': '"a$pool"',
    '`NAME=value` is longer than 131,071 bytes': 'x'.repeat(131_066),
  };
  const isRefusedIn = (target: string, value: string): boolean => {
    const snapshot = withFiles({
      'env/groups/regression.yaml': `HUGE_: ${value}\n`,
      'variables.yaml': `HUGE_: {files: [${target}]}\n`,
    });
    return checkRepository(snapshot).some(({ code }) => code === 'VALUE_IMPOSSIBLE');
  };

  test.each(rows)('%s is refused in %s', (value, where) => {
    const example = examples[value] ?? '';
    expect(example).not.toBe('');
    const refused = ['php-fpm', 'shell'].filter((target) => isRefusedIn(target, example));
    expect(refused).toEqual(where === 'both files' ? ['php-fpm', 'shell'] : ['php-fpm']);
  });

  test('of the greatest length is carried', () => {
    expect(isRefusedIn('shell', 'x'.repeat(131_065))).toBe(false);
  });
});

/** When one of these is built, its line goes from the page, and its promise is written. */
describe('what the page calls not yet is not there', () => {
  const [, notYet = ''] = page.split('## Not yet\n');

  test.each([['Encrypted secrets', 'encrypt']])('%s: no command %s', (title, command) => {
    expect(notYet).toContain(`- **${title}**`);
    expect(commands.map(({ name }) => name)).not.toContain(command);
  });
});
