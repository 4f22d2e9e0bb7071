import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { loadCommands } from '../../src/cli/commands/index.ts';
import { TAGS } from '../../src/core/yaml-guard.ts';

const commands = await loadCommands();

const TEMPLATE = new URL('../../config-repo-template/', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(TEMPLATE, path), 'utf8');
const CHECK = 'npx --yes --package php-env-reconciler reconcile check .';

describe('the CI files of the template', () => {
  test('GitHub checks out and then runs the check', () => {
    const { steps } = parse(read('.github/workflows/check.yml')).jobs.check;
    expect(steps[0].uses).toMatch(/^actions\/checkout@/);
    expect(steps.at(-1)).toEqual({ run: CHECK });
  });

  test('GitLab runs the check', () => {
    expect(parse(read('.gitlab-ci.yml')).check.script).toEqual([CHECK]);
  });

  test('pre-commit runs the check once for the whole repository', () => {
    const [{ repo, hooks }] = parse(read('.pre-commit-config.yaml')).repos;
    expect(repo).toBe('local');
    expect(hooks).toMatchObject([
      { entry: CHECK, pass_filenames: false, always_run: true, language: 'system' },
    ]);
  });
});

test('the package and the program that they call are ours', () => {
  const ours = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(CHECK).toContain(` ${ours.name} reconcile `);
  expect(Object.keys(ours.bin)).toContain('reconcile');
});

test.each([
  'README.md',
  'README.zh-CN.md',
  '.pre-commit-config.yaml',
  '.gitlab-ci.yml',
  '.github/workflows/check.yml',
])('every `reconcile` command in %s exists', (path) => {
  const called = [...read(path).matchAll(/(?:^|`|npx .* )reconcile ([a-z-]+)\b/gm)].map(
    (match) => match[1] ?? '',
  );
  expect(called).not.toEqual([]);
  const known = commands.map(({ name }) => name);
  expect(called.filter((name) => !known.includes(name))).toEqual([]);
});

test.each(['README.md', 'README.zh-CN.md'])('every option that %s gives to a command exists', (path) => {
  const calls = [...read(path).matchAll(/reconcile ([a-z]+) (--.*)$/gm)];
  expect(calls).not.toEqual([]);
  for (const [, name = '', rest = ''] of calls) {
    const known = commands
      .find((command) => command.name === name)
      ?.options.map(({ flags }) => flags.split(' ')[0]);
    expect(known).toEqual(expect.arrayContaining(rest.match(/--[a-z-]+/g) ?? ['none']));
  }
});

describe('editors', () => {
  const files = readdirSync(TEMPLATE, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.yaml') && !path.startsWith('.'),
  );

  test.each(files)('%s names its schema in the first line, and the schema is there', (path) => {
    const [line = ''] = read(path).split('\n');
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+\.schema\.json)$/.exec(line) ?? [];
    const title = JSON.parse(readFileSync(join(TEMPLATE, dirname(path), schema), 'utf8')).title;
    expect(title).toMatch(path.startsWith('env/') ? /^Values of variables/ : /./);
  });

  test('know the two tags', () => {
    const tags = JSON.parse(read('.vscode/settings.json'))['yaml.customTags'];
    expect(tags).toEqual(TAGS.map((tag) => `${tag} scalar`));
  });
});
