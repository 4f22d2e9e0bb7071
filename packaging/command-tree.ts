import { Option } from 'commander';
import type { Command, OptionSpec } from '../src/cli/command.ts';
import { loadCommands, mainCommand } from '../src/cli/commands/index.ts';

/** What stands behind an option or a command: nothing, a file, a directory, one of some words, or any word. */
export type Value =
  | { readonly kind: 'none' | 'file' | 'directory' | 'word' }
  | { readonly kind: 'choice'; readonly words: readonly string[] };

/** One option, taken apart. */
export interface OptionNode {
  /** `-h`, or null. */
  readonly short: string | null;
  readonly long: string;
  /** As it is written behind the option: `<path>`; empty for none. */
  readonly placeholder: string;
  readonly value: Value;
  readonly description: string;
}

/** One command with its options; the program itself is the one without a name. */
export interface CommandNode {
  readonly name: string;
  readonly summary: string;
  /** `<dir>`, `[dir]`, or empty. */
  readonly placeholder: string;
  readonly value: Value;
  readonly options: readonly OptionNode[];
}

const HELP: OptionSpec = { flags: '-h, --help', description: 'display help for command' };
const VERSION: OptionSpec = { flags: '-V, --version', description: 'output the version number' };

/** The command line as people see it: the program first, then its commands in the order of `--help`. */
export async function readCommandTree(): Promise<readonly [CommandNode, ...CommandNode[]]> {
  const commands = await loadCommands();
  const main = toNode({ ...mainCommand, name: '', options: [VERSION, ...mainCommand.options] });
  return [main, ...commands.map(toNode)];
}

function toNode({ name, summary, argument, choices, options }: Omit<Command, 'run'>): CommandNode {
  const value: Value =
    choices === undefined ? parseValue(argument ?? '') : { kind: 'choice', words: choices };
  return {
    name,
    summary,
    placeholder: argument ?? '',
    value,
    options: [...options, HELP].map(toOptionNode),
  };
}

function toOptionNode({ flags, description }: OptionSpec): OptionNode {
  const { short, long } = new Option(flags, description);
  if (long === undefined) throw new Error(`the option ${flags} has no long name`);
  const placeholder = /[<[].*$/.exec(flags)?.[0] ?? '';
  return { short: short ?? null, long, placeholder, value: parseValue(placeholder), description };
}

function parseValue(placeholder: string): Value {
  if (placeholder === '') return { kind: 'none' };
  if (/^[<[]path[>\]]$/.test(placeholder)) return { kind: 'file' };
  return { kind: /^[<[]dir[>\]]$/.test(placeholder) ? 'directory' : 'word' };
}
