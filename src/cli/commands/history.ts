import type { HistoryEntry, HistoryLine } from '../../core/history-entry.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';

/** `reconcile history`: what the runs did on this host. */
export const history: Command = {
  name: 'history',
  summary: 'show what was changed on this host, when and from which commit; oldest first',
  argument: null,
  options: [configOption, { flags: '--json', description: 'print one JSON document instead of text' }],
  async run(call: Call): Promise<number> {
    const { io } = call;
    const host = openHostOf(call);
    const lines = host.world.history.read();
    io.stdout.write(flagOption(call, 'json') ? `${JSON.stringify(lines)}\n` : lines.map(formatLine).join(''));
    return 0;
  },
};

function formatLine(line: HistoryLine): string {
  if (line.kind === 'cut') return 'a line that cannot be read: it was cut off, or damaged\n';
  const doubt = line.isBound ? '' : 'the line before this one was changed or removed\n';
  return `${doubt}${formatEntry(line.entry)}`;
}

function formatEntry({ at, content, changes, reloads, error }: HistoryEntry): string {
  const head = `${at}  ${content?.slice(0, 12) ?? 'state before'}`;
  const work = changes.map(({ itemize, path }) => `  ${itemize} ${path}\n`).join('');
  const reloaded = reloads === 0 ? '' : '  php-fpm reloaded and proven\n';
  const failed = error === null ? '' : `  ${error.message} [${error.code}]\n`;
  return `${head}\n${work}${reloaded}${failed}`;
}
