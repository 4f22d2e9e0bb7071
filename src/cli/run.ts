import { Command as Commander, CommanderError, Option } from 'commander';
import { ERRORS, ReconcileError } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import type { Command, Io, OptionSpec, Options } from './command.ts';
import { commands, mainCommand } from './commands/index.ts';
import { printError } from './print.ts';

/** Runs one command line and gives the exit code. Never throws: what is not foreseen is told as a bug, with its stack. */
export async function run(io: Io): Promise<number> {
  let exitCode = 0;
  const program = makeProgram(io, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync([...io.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERRORS.USAGE.exit;
    printError(io, error);
    return error instanceof ReconcileError ? ERRORS[error.code].exit : 1;
  }
}

/** The command line as commander knows it; docs and completions are made from the same list. */
function makeProgram(io: Io, end: (code: number) => void): Commander {
  const program = new Commander('reconcile')
    .description(mainCommand.summary)
    .version(VERSION)
    .showHelpAfterError('See `reconcile --help`.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  addCommand(program, mainCommand, { io, end });
  for (const command of commands) addCommand(program.command(command.name), command, { io, end });
  return program;
}

function addCommand(
  commander: Commander,
  command: Command,
  call: { readonly io: Io; readonly end: (code: number) => void },
): void {
  commander.description(command.summary).exitOverride();
  if (command.argument !== null) commander.argument(command.argument);
  for (const option of command.options) commander.addOption(makeOption(option));
  commander.action(async (...given: unknown[]) => {
    const argument = command.argument === null || typeof given[0] !== 'string' ? null : given[0];
    const options = commander.optsWithGlobals() as Options;
    call.end(await command.run({ io: call.io, argument, options }));
  });
}

function makeOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.repeatable !== true) return option;
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}
