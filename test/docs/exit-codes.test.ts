import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fillTables, generatedPages } from '../../scripts/generated-tables.ts';
import { loadCommands } from '../../src/cli/commands/index.ts';
import { FINDINGS } from '../../src/core/doctor/findings.ts';
import { ERRORS } from '../../src/core/errors.ts';
import { readCodeWords, readTable } from './markdown.ts';
import { ROOT, readPage, readPages } from './pages.ts';

const commands = await loadCommands();

const page = readPage('docs/exit-codes.md').text;
const rows = readTable(page, 'Exit codes').map(([exit, meaning, givenBy]) => ({
  exit: Number(exit),
  meaning,
  givenBy,
}));
const REGENERATE = 'run `npx tsx scripts/write-docs.ts`';

/** All of src/ but the table itself. */
const source = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && path !== 'core/errors.ts')
  .map((path) => readFileSync(join(ROOT, 'src', path), 'utf8'))
  .join('\n');
const isGiven = (code: string): boolean => source.includes(`'${code}'`) || source.includes(`ERRORS.${code}`);

test.each(Object.entries(generatedPages))(
  'the generated tables of %s are those of the code',
  (path, names) => {
    const { text } = readPage(path);
    expect(fillTables(text, names), REGENERATE).toBe(text);
  },
);

describe('the exit codes', () => {
  test('are those of the error table, with 0 and 2', () => {
    const given = [...new Set(Object.values(ERRORS).map(({ exit }) => exit))];
    const others = [0, 1, 2, 15];
    expect(rows.map(({ exit }) => exit).sort((a, b) => a - b)).toEqual(
      [...new Set<number>([...given, ...others])].sort((a, b) => a - b),
    );
  });

  test('that no code of the program has are called reserved', () => {
    for (const { exit, meaning = '' } of rows.filter((row) => row.exit > 2)) {
      const codes = Object.entries(ERRORS).filter(([code, row]) => row.exit === exit && isGiven(code));
      expect([exit, /^reserved/.test(meaning)]).toEqual([exit, codes.length === 0]);
    }
  });

  test('are given by commands that exist', () => {
    const names = rows.flatMap(({ givenBy }) => readCodeWords(givenBy));
    const known = [
      'reconcile --once',
      'reconcile --print-config',
      ...commands.map(({ name }) => `reconcile ${name}`),
    ];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe('the error codes', () => {
  test('that nothing gives yet are named, and no other', () => {
    const [, list = ''] = /No part of the program gives these codes yet: (.*)\./.exec(page) ?? [];
    expect([...readCodeWords(list)].sort()).toEqual(
      Object.keys(ERRORS)
        .filter((code) => !isGiven(code))
        .sort(),
    );
  });

  test('on all pages exist', () => {
    const known = [
      ...Object.keys(ERRORS),
      ...Object.keys(FINDINGS),
      'SIGUSR2',
      'NAME',
      'HASH',
      'PATH',
      'CODE',
      'SYS_PTRACE',
    ];
    const named = readPages().flatMap(({ path, text }) =>
      [...text.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map((match) => ({ path, code: match[1] ?? '' })),
    );
    const variables =
      /^(RECONCILE|CAP|LD|GLIBC|GCONV|BASH|PROMPT|POSIXLY|LC|PHP|FPM|NODE|GIT|SSH|HTTP|FCGI|GATEWAY|SERVER|REMOTE|AUTH|CONTENT|DOCUMENT|QUERY|REQUEST|SCRIPT|ORIG|REDIRECT|KSH|SITE|APP|DB|CDN|FEATURE|NO|SOURCE)_/;
    const wrong = named.filter(({ code }) => !known.includes(code) && !variables.test(code));
    expect(wrong.filter(({ path }) => path !== 'docs/config-repository.md')).toEqual([]);
  });
});
