import { execFileSync, spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { checkName, DEFAULT_NAMES } from '../../src/core/names.ts';
import type { Shell } from './exactness/ask-shell.ts';
import { SHELLS } from './exactness/ask-shell.ts';

/** How each shell lists the names that mean something to it before anybody has set them. */
const LISTS: readonly (readonly [string, ...string[]])[] = [
  ['bash', '-c', 'compgen -v'],
  ['bash', '-ic', 'compgen -v'],
  ['zsh', '-c', 'zmodload zsh/parameter zsh/system zsh/sched zsh/zle; print -l ${(k)parameters}'],
  ['zsh', '-ic', 'print -l ${(k)parameters}'],
  ['mksh', '-c', 'typeset +'],
  ['dash', '-c', 'set'],
  ['busybox', 'ash', '-c', 'set'],
];

/** Of the manual pages: special where they are set, and in no list while they are not. */
const OF_MANUALS = [
  'OPTIND OPTARG OPTERR COLUMNS LINES HISTSIZE HISTFILESIZE SAVEHIST MAILCHECK KEYTIMEOUT LISTMAX FUNCNEST SHLVL',
  'BASH_ARGC BASH_ARGV BASH_ARGV0 BASH_LINENO BASH_SOURCE BASH_COMMAND BASH_SUBSHELL BASH_COMPAT BASH_XTRACEFD',
  'BASH_ALIASES BASH_CMDS BASH_REMATCH COMPREPLY COPROC MAPFILE READLINE_LINE REPLY COMP_WORDBREAKS HOSTNAME',
  'HOSTTYPE MACHTYPE OSTYPE HISTCONTROL HISTIGNORE GLOBIGNORE EXECIGNORE TIMEFORMAT FIGNORE INPUTRC CHILD_MAX',
  'PGRP USER_ID KSHUID KSHGID KSHEGID KSH_MATCH ERRNO TRY_BLOCK_ERROR ARGC TTYIDLE ZSH_SUBSHELL ZSH_EVAL_CONTEXT',
  'manpath fignore mailpath module_path functions aliases commands history parameters pipestatus psvar watch',
  'NULLCMD READNULLCMD WORDCHARS PROMPT PROMPT2 PROMPT3 PROMPT4 RPROMPT RPS1 SPROMPT prompt OLDPWD PWD DIRSTACKSIZE',
].flatMap((line) => line.split(' '));

function listNames(): readonly string[] {
  const listed = LISTS.flatMap(([program, ...args]) =>
    spawnSync(program, args).stdout.toString().split('\n'),
  );
  const names = listed.map((line) => /^[A-Za-z_][A-Za-z0-9_]*/.exec(line)?.[0] ?? '');
  return [...new Set([...names, ...OF_MANUALS])].filter((name) => name !== '').sort();
}

/** Each name set and printed in a subshell of its own, since a special one can end the shell. */
function wrongNames(
  { command: [program, ...args], print }: Shell,
  names: readonly string[],
  value: string,
): readonly string[] {
  const lines = names.map(
    (name) => `(export ${name}='${value}'; ${print(name)}) 2>/dev/null || printf '\\0'`,
  );
  const script = lines.map((line) => `${line}; printf '|\\0'`).join('\n');
  const output = execFileSync(program, [...args, '-c', script], {
    maxBuffer: 16 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const answers = output.toString('latin1').split('|\0');
  return names.filter((_, index) => answers[index] !== `${value}\0`);
}

test('every name that is special to a shell is refused, or carries its value exactly', () => {
  const names = listNames();
  expect(names.length).toBeGreaterThan(200);
  const at = { file: 'x', line: 1, column: 1 };
  const allowed = names.filter((name) => checkName(name, DEFAULT_NAMES, at) === null);
  const wrong = SHELLS.flatMap((shell) =>
    ['x y', '007'].flatMap((value) =>
      wrongNames(shell, allowed, value).map((name) => `${shell.name}: ${name}`),
    ),
  );
  expect([...new Set(wrong)]).toEqual([]);
});

test.each([
  'PS0',
  'PS1',
  'PS2',
  'PS4',
  'PROMPT_COMMAND',
  'BASH_ENV',
  'ENV',
  'ZDOTDIR',
  'FPATH',
  'MAILPATH',
  'SUDO_EDITOR',
])('%s, which a shell or a tool runs or trusts, is refused', (name) => {
  expect(checkName(name, DEFAULT_NAMES, { file: 'x', line: 1, column: 1 })?.code).toBe('NAME_REFUSED');
});
