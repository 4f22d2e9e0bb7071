import type { HistoryEntry, HistoryLine } from '../../core/history-entry.ts';
import type { LostEdit } from '../../core/types.ts';
import { dryRun } from '../../reconcile/dry-run.ts';
import type { ShownEdit } from '../../reconcile/show-edit.ts';
import { showEdits } from '../../reconcile/show-edit.ts';
import type { Call, Command } from '../command.ts';
import { flagOption } from '../command.ts';
import { configOption } from '../config-option.ts';
import { openHostOf } from '../open-host.ts';

/** Null: what the edits had changed was not asked for. */
type Show = ((edit: LostEdit) => ShownEdit) | null;

/** `reconcile history`: what the runs did on this host. */
export const history: Command = {
  name: 'history',
  summary: 'show what was changed on this host, when and from which commit; oldest first',
  argument: null,
  options: [
    configOption,
    {
      flags: '--diff',
      description: 'show what each hand edit that was put back had changed, secrets masked',
    },
    { flags: '--json', description: 'print one JSON document instead of text' },
  ],
  async run(call: Call): Promise<number> {
    const { io } = call;
    const { world, maskKey } = openHostOf(call);
    const lines = world.history.read();
    const show = flagOption(call, 'diff') ? showEdits(dryRun(world), maskKey(true)) : null;
    const text = flagOption(call, 'json')
      ? `${JSON.stringify(lines.map((line) => addShown(line, show)))}\n`
      : lines.map((line) => formatLine(line, show)).join('');
    io.stdout.write(text);
    return 0;
  },
};

function addShown(line: HistoryLine, show: Show): HistoryLine & { readonly shown?: readonly ShownEdit[] } {
  return line.kind === 'cut' || show === null ? line : { ...line, shown: line.entry.edits.map(show) };
}

function formatLine(line: HistoryLine, show: Show): string {
  if (line.kind === 'cut') return 'a line that cannot be read: it was cut off, or damaged\n';
  const doubt = line.isBound ? '' : 'the line before this one was changed or removed\n';
  return `${doubt}${formatEntry(line.entry)}${line.entry.edits.map((edit) => formatEdit(edit, show)).join('')}`;
}

function formatEntry({ at, content, changes, reloads, error }: HistoryEntry): string {
  const head = `${at}  ${content?.slice(0, 12) ?? 'state before'}`;
  const work = changes.map(({ itemize, path }) => `  ${itemize} ${path}\n`).join('');
  const reloaded = reloads === 0 ? '' : '  php-fpm reloaded and proven\n';
  const failed = error === null ? '' : `  ${error.message} [${error.code}]\n`;
  return `${head}\n${work}${reloaded}${failed}`;
}

function formatEdit(edit: LostEdit, show: Show): string {
  const { path, base, problem } = edit;
  const what = base === null ? `what stood in ${path} before` : `a hand edit of ${path}`;
  if (problem !== null) return `  ${what} was replaced and could not be kept: ${problem}\n`;
  if (show === null) return `  ${what} was replaced; \`reconcile history --diff\` shows it\n`;
  const { keptAt, diff } = show(edit);
  if (keptAt === null || diff === null) return `  ${what} was replaced; it is not kept any more\n`;
  const lines = diff.map((line) => `    ${line}\n`).join('');
  return `  ${what} was replaced; it is kept in ${keptAt}, and ${base === null ? 'held' : 'had changed'}:\n${lines}`;
}
