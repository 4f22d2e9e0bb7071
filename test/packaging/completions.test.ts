import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { CommandNode } from '../../packaging/command-tree.ts';
import { readCommandTree } from '../../packaging/command-tree.ts';
import { renderBashCompletion } from '../../packaging/completions/bash.ts';
import { renderFishCompletion } from '../../packaging/completions/fish.ts';
import { renderZshCompletion } from '../../packaging/completions/zsh.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import type { Terminal } from '../helpers/terminal.ts';
import { CLEAR, openTerminal } from '../helpers/terminal.ts';

let tree: readonly [CommandNode, ...CommandNode[]];
let names: readonly string[] = [];

beforeAll(async () => {
  tree = await readCommandTree();
  names = tree.slice(1).map(({ name }) => name);
});

/** In a directory that has one file and one folder. */
async function openBash(): Promise<Terminal> {
  const home = makeHome();
  writeFileSync(join(home, 'completion'), renderBashCompletion(tree));
  const bash = openTerminal('bash --norc --noprofile -i', { HOME: home, PS1: '' });
  await bash.type(`cd; source ./completion; echo re''ady\n`, 'ready');
  return bash;
}

async function openZsh(): Promise<Terminal> {
  const home = makeHome();
  writeFileSync(join(home, '_reconcile'), renderZshCompletion(tree));
  const zsh = openTerminal('zsh -f -i', { HOME: home });
  const start = 'cd; PROMPT=; fpath=($HOME $fpath); autoload -Uz compinit; compinit -u -d $HOME/dump';
  await zsh.type(`${start}; echo re''ady\n`, 'ready');
  return zsh;
}

function makeHome(): string {
  const home = join(temporaryDirectory(), 'home');
  mkdirSync(join(home, 'repositories'), { recursive: true });
  writeFileSync(join(home, 'settings.yaml'), '');
  return home;
}

/** Whether a shell finds what completions are made with: a private copy in .cache has it elsewhere than it looks. */
function isWhole(shell: string, ...words: readonly string[]): boolean {
  const whole = spawnSync(shell, words, { stdio: 'ignore' }).status === 0;
  if (!whole) console.warn(`SKIPPED: ${shell} was unpacked without root and finds no functions of its own`);
  return whole;
}

const hasZsh = isWhole('zsh', '-f', '-c', 'zmodload zsh/zle && autoload +X compinit');
const hasFish = isWhole('fish', '--no-config', '-c', 'functions --query __fish_use_subcommand');

describe.each([['bash', openBash, '\t\t'], ...(hasZsh ? ([['zsh', openZsh, '\t']] as const) : [])] as const)(
  'at a TAB %s',
  (_shell, open, tab) => {
    test('ends the name of a command, of an option and of an action', async () => {
      const shell = await open();
      await shell.type('reconcile acc\t', 'accept-rewind ');
      await shell.type(`${CLEAR}reconcile plan --it\t`, '--itemize');
      await shell.type(`${CLEAR}reconcile receive uni\t`, 'uninstall');
      await shell.type(`${CLEAR}reconcile --onc\t`, '--once');
    });

    test('shows every command', async () => {
      const shell = await open();
      const all = new RegExp(names.map((name) => `(?=[^]*\\b${name}\\b)`).join(''));
      await shell.type(`reconcile ${tab}`, all);
    });

    test('offers files for a configuration, and directories for a repository', async () => {
      const shell = await open();
      await shell.type('reconcile plan --config set\t', 'settings.yaml');
      await shell.type(`${CLEAR}reconcile check rep\t`, 'repositories/');
      await shell.type(`${CLEAR}reconcile render --output rep\t`, 'repositories/');
    });
  },
);

describe.runIf(hasFish)('at a TAB fish', () => {
  /** What it offers behind a line. */
  function offer(line: string): readonly string[] {
    const home = makeHome();
    writeFileSync(join(home, 'completion'), renderFishCompletion(tree));
    const script = `source ${home}/completion; cd ${home}; complete -C '${line}'`;
    const env = { PATH: process.env.PATH, HOME: home };
    const told = execFileSync('fish', ['--no-config', '-c', script], { encoding: 'utf8', env });
    return told.split('\n').flatMap((each) => each.split('\t')[0] || []);
  }

  test('shows every command', () => {
    expect(offer('reconcile ')).toEqual([...names].sort());
  });

  test('shows every option of every command', () => {
    for (const { name, options } of tree)
      expect(offer(`reconcile ${name} --`)).toEqual(options.map(({ long }) => long).sort());
  });

  test('offers actions, files and directories', () => {
    expect(offer('reconcile receive ')).toEqual(['install', 'uninstall']);
    expect(offer('reconcile plan --config set')).toEqual(['settings.yaml']);
    expect(offer('reconcile check rep')).toEqual(['repositories/']);
  });
});
