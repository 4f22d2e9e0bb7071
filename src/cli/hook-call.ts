import type { RefUpdate } from '../core/receive/ref-update.ts';
import { parseRefUpdates } from '../core/receive/ref-update.ts';
import { escapeControls } from '../core/redact.ts';
import type { Environment } from '../quiet.ts';
import type { Call, Io, OptionSpec } from './command.ts';
import { listOption } from './command.ts';
import { configOption } from './config-option.ts';

/** The options of the commands that hooks call. */
export const hookOptions: readonly OptionSpec[] = [
  configOption,
  {
    flags: '--setting <NAME=value>',
    description: 'a setting as the environment of a run has it',
    repeatable: true,
  },
];

/** Settings above the configuration file: those of the hook, and never those of whoever pushes. */
export function settingsOf(call: Call): Environment {
  return Object.fromEntries(
    listOption(call, 'setting').map((text) => {
      const at = text.indexOf('=');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/** What git hands to a hook. */
export async function readUpdates({ io }: Call): Promise<readonly RefUpdate[]> {
  let text = '';
  for await (const chunk of io.stdin().setEncoding('utf8')) text += chunk;
  return parseRefUpdates(text);
}

/** One sentence for whoever pushes, with lines that belong to it. They come from others, and go to a terminal. */
export function tellPusher(io: Io, [sentence = '', ...lines]: readonly string[]): void {
  const told = [`reconcile: ${sentence}`, ...lines.map((line) => `  ${line}`)];
  for (const line of told.flatMap((each) => each.trimEnd().split('\n')))
    io.stderr.write(`${escapeControls(line)}\n`);
}
