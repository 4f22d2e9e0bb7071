import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A shell and how it prints a variable and a NUL without any change. */
export interface Shell {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly print: (name: string) => string;
}

const printf = (name: string): string => `printf '%s\\0' "$${name}"`;

/** mksh has no printf of its own, and another program's arguments would be too long. */
export const SHELLS: readonly Shell[] = [
  { name: 'dash', command: ['dash'], print: printf },
  { name: 'bash', command: ['bash'], print: printf },
  { name: 'zsh', command: ['zsh'], print: printf },
  { name: 'busybox ash', command: ['busybox', 'ash'], print: printf },
  { name: 'mksh', command: ['mksh'], print: (name) => `print -rn -- "$${name}"; print -n '\\0'` },
];

/** What `$NAME` is in a fresh shell that has read the file, as bytes in latin1; and what its children get. */
export function askShell(shell: Shell, bytes: Uint8Array, names: readonly string[]): ShellAnswer {
  const dir = mkdtempSync(join(tmpdir(), 'exact-shell-'));
  try {
    writeFileSync(join(dir, 'shell_env.sh'), bytes);
    const lines = [`. ${dir}/shell_env.sh`, ...names.map(shell.print), 'exec /usr/bin/env -0'];
    writeFileSync(join(dir, 'ask'), `${lines.join('\n')}\n`);
    const locale = bytes.length % 2 === 0 ? 'C' : 'C.UTF-8';
    return parseAnswer(run(shell, join(dir, 'ask'), locale), names);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

export interface ShellAnswer {
  readonly own: ReadonlyMap<string, string>;
  readonly exported: ReadonlyMap<string, string>;
}

function run({ command: [program, ...args] }: Shell, script: string, locale: string): Buffer {
  const env = { PATH: process.env.PATH, LC_ALL: locale };
  return execFileSync(program, [...args, script], { env, maxBuffer: 256 * 1024 * 1024 });
}

function parseAnswer(output: Buffer, names: readonly string[]): ShellAnswer {
  const texts = output.toString('latin1').split('\0');
  const own = new Map(names.map((name, index) => [name, texts[index] ?? '']));
  const exported = new Map<string, string>();
  for (const text of texts.slice(names.length)) {
    const sign = text.indexOf('=');
    if (sign > 0) exported.set(text.slice(0, sign), text.slice(sign + 1));
  }
  return { own, exported };
}
