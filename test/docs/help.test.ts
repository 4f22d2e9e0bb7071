import { describe, expect, test } from 'vitest';
import { loadCommands, mainCommand } from '../../src/cli/commands/index.ts';
import { run } from '../../src/cli/run.ts';
import { readCodeWords, readTable } from './markdown.ts';
import { readPage, readPages } from './pages.ts';

const commands = await loadCommands();

const pages = readPages();
const all = [mainCommand, ...commands];
const nameOf = ({ name }: { readonly name: string }): string =>
  name === mainCommand.name ? 'reconcile' : `reconcile ${name}`;

/** `--config <path>` → `--config`. */
const flagOf = (flags: string): string => flags.split(/[ ,]/).find((word) => word.startsWith('--')) ?? flags;

/** What `--help` prints, on one line. */
async function helpOf(args: readonly string[]): Promise<string> {
  let text = '';
  const stdout = { write: (chunk: string) => (text += chunk) };
  const rest = { environment: {}, self: ['reconcile'] as const, stdin: () => process.stdin };
  expect(await run({ argv: [...args, '--help'], ...rest, stdout, stderr: stdout })).toBe(0);
  return text.replace(/\s+/g, ' ');
}

/** Every `reconcile …` of a page, in running text and in blocks, without what stands before it. */
function callsOf(text: string): readonly string[] {
  const lines = [...text.matchAll(/(?:^|`|root PATH=\S+ )(reconcile (?:--|[a-z-]+\b)[^`\n]*)/gm)];
  return lines.map((match) => match[1] ?? '');
}

describe('--help', () => {
  test.each(all)('of $name has every option with its meaning', async (command) => {
    const help = await helpOf(command === mainCommand ? [] : [command.name]);
    for (const { flags, description } of command.options) {
      expect(help).toContain(flags);
      expect(help).toContain(description);
    }
    expect(help).toContain(command.summary);
  });

  test('lists every command', async () => {
    const help = await helpOf([]);
    for (const { name, summary } of commands)
      expect(help).toMatch(new RegExp(` ${name} .*${summary.slice(0, 30)}`));
  });
});

describe('the pages', () => {
  test('of README lists every command', () => {
    const listed = readTable(readPage('README.md').text, 'Commands').map(([cell]) => readCodeWords(cell)[0]);
    expect([...listed].sort()).toEqual(
      all.map((command) => (command === mainCommand ? 'reconcile --once' : nameOf(command))).sort(),
    );
  });

  test.each(pages)('$path names no command and no option that does not exist', ({ text }) => {
    const wrong = callsOf(text).filter((call) => {
      const [, word = ''] = call.split(' ');
      const command = word.startsWith('--') ? mainCommand : commands.find(({ name }) => name === word);
      if (command === undefined) return true;
      const known = [...command.options.map(({ flags }) => flagOf(flags)), '--help', '--version'];
      return [...call.matchAll(/(?<= )--[a-z-]+/g)].some(([flag]) => !known.includes(flag));
    });
    expect(wrong).toEqual([]);
  });

  test('name every option of every command', () => {
    const text = pages.map((page) => page.text).join('\n');
    const options = all.flatMap(({ options }) => options.map(({ flags }) => flagOf(flags)));
    expect([...new Set(options)].filter((flag) => !text.includes(flag))).toEqual([]);
  });

  test('name no option that no command has', () => {
    const known = [
      ...all.flatMap(({ options }) => options.map(({ flags }) => flagOf(flags))),
      '--help',
      '--version',
    ];
    const foreign = ['--checksum', '--perms', '--owner', '--group', '--inplace']; // rsync's
    const named = pages.flatMap(({ text }) => {
      const prose = text.replace(/^```[\s\S]*?^```$/gm, '');
      return [...prose.matchAll(/`(?:reconcile )?(--[a-z-]+)[^`]*`/g)].map((match) => match[1] ?? '');
    });
    expect([...new Set(named)].filter((flag) => ![...known, ...foreign].includes(flag))).toEqual([]);
  });
});
