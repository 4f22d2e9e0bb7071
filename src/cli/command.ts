import type { Environment } from '../quiet.ts';

/** A stream that takes text; `isTTY` says whether a person reads it. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The process as the program sees it. */
export interface Io {
  readonly argv: readonly string[];
  /** Program and arguments that start this program again. */
  readonly self: readonly [string, ...string[]];
  /** What comes in; opened by the one command that takes any. */
  stdin(): NodeJS.ReadableStream;
  readonly environment: Environment;
  readonly stdout: Output;
  readonly stderr: Output;
}

/** One option, written as commander writes them: `--config <path>`. `repeatable` ones give a list. */
export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  readonly repeatable?: boolean;
}

/** What was given on the command line, by camel-cased option name. */
export type Options = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** One call of one command. */
export interface Call {
  readonly io: Io;
  /** The command's argument, null where it takes none or none was given. */
  readonly argument: string | null;
  readonly options: Options;
}

/** One command: a file in commands/ and a line in its list. `run` gives the exit code. */
export interface Command {
  readonly name: string;
  readonly summary: string;
  /** `<dir>` is required, `[dir]` is not; null for none. */
  readonly argument: string | null;
  /** The words that the argument can be, where they are few. */
  readonly choices?: readonly string[];
  readonly options: readonly OptionSpec[];
  run(call: Call): Promise<number>;
}

/** An option that takes one value, or null when it was not given. */
export function textOption(call: Call, name: string): string | null {
  const value = call.options[name];
  return typeof value === 'string' ? value : null;
}

/** An option without a value. */
export function flagOption(call: Call, name: string): boolean {
  return call.options[name] === true;
}

/** A repeatable option. */
export function listOption(call: Call, name: string): readonly string[] {
  const value = call.options[name];
  return Array.isArray(value) ? value : [];
}
