import { Command as Commander, CommanderError, Option } from 'commander';
import { ERRORS, ReconcileError } from '../core/errors.ts';
import { VERSION } from '../core/version.ts';
import type { Command, Io, OptionSpec, Options } from './command.ts';
import { loadNamed, mainCommand } from './commands/index.ts';
import { printError, printErrorDocument } from './print.ts';

/** Runs one command line and gives the exit code. Never throws: what is not foreseen is told as a bug, with its stack. */
export async function run(io: Io): Promise<number> {
  let exitCode = 0;
  const end = (code: number): void => {
    exitCode = code;
  };
  try {
    const program = makeProgram(await loadNamed(io.argv), { io, end });
    await program.parseAsync([...io.argv], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : ERRORS.USAGE.exit;
    if (io.argv.includes('--json')) printErrorDocument(io, error);
    else printError(io, error);
    return error instanceof ReconcileError ? ERRORS[error.code].exit : 1;
  }
}

/** The command line as commander knows it; docs and completions are made from the same list. */
function makeProgram(commands: readonly Command[], registration: Registration): Commander {
  const { io } = registration;
  const program = new Commander('reconcile')
    .description(mainCommand.summary)
    .version(VERSION)
    .showHelpAfterError('See `reconcile --help`.')
    .enablePositionalOptions()
    .helpCommand(true)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  addCommand(program, mainCommand, registration);
  for (const command of commands) addCommand(program.command(command.name), command, registration);
  return program;
}

interface Registration {
  readonly io: Io;
  readonly end: (code: number) => void;
}

function addCommand(commander: Commander, command: Command, { io, end }: Registration): void {
  commander.description(command.summary).exitOverride();
  if (command.argument !== null) commander.argument(command.argument);
  for (const option of command.options) commander.addOption(makeOption(option));
  if (command === mainCommand)
    commander
      .usage('[options] [command]')
      .argument('[command]')
      .configureHelp({ visibleArguments: () => [] });
  commander.action(async (given: unknown) => {
    const argument = typeof given === 'string' ? given : null;
    if (command === mainCommand && argument !== null) {
      throw new ReconcileError('USAGE', `there is no command ${JSON.stringify(argument)}`);
    }
    end(await command.run({ io, argument, options: optionsOf(commander, command) }));
  });
}

/** What was given to the command itself, and before it where it has such an option too. */
function optionsOf(commander: Commander, command: Command): Options {
  const known = new Set(command.options.map((option) => makeOption(option).attributeName()));
  return Object.fromEntries(Object.entries(commander.optsWithGlobals()).filter(([name]) => known.has(name)));
}

function makeOption(spec: OptionSpec): Option {
  const option = new Option(spec.flags, spec.description);
  if (spec.repeatable !== true) return option;
  return option.argParser((value: string, before: readonly string[] | undefined) => [
    ...(before ?? []),
    value,
  ]);
}
