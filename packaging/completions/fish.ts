import type { CommandNode, OptionNode, Value } from '../command-tree.ts';

/** What fish offers behind `reconcile`: a file of /usr/share/fish/vendor_completions.d, which starts no program. */
export function renderFishCompletion([program, ...commands]: readonly [
  CommandNode,
  ...CommandNode[],
]): string {
  const isFirst = '-n __fish_use_subcommand';
  const lines = [
    '# fish completion for reconcile(1)',
    'complete -c reconcile -f',
    ...commands.map(
      ({ name, summary }) => `complete -c reconcile ${isFirst} -a ${name} -d ${quote(summary)}`,
    ),
    ...program.options.map((option) => `complete -c reconcile ${isFirst} ${renderOption(option)}`),
    ...commands.flatMap(renderCommand),
  ];
  return `${lines.join('\n')}\n`;
}

function renderCommand({ name, options, value }: CommandNode): readonly string[] {
  const start = `complete -c reconcile -n '__fish_seen_subcommand_from ${name}'`;
  const argument = argumentOf(value);
  return [
    ...options.map((option) => `${start} ${renderOption(option)}`),
    ...(argument === '' ? [] : [`${start} ${argument}`]),
  ];
}

function renderOption({ long, short, description, value }: OptionNode): string {
  const names = [`-l ${long.slice(2)}`, ...(short === null ? [] : [`-s ${short.slice(1)}`])].join(' ');
  return `${names}${behind(value)} -d ${quote(description)}`;
}

/** `-r`: something has to stand behind it; `-x`: and no file. */
function behind(value: Value): string {
  switch (value.kind) {
    case 'none':
      return '';
    case 'file':
      return ' -r -F';
    case 'directory':
      return " -x -a '(__fish_complete_directories)'";
    case 'choice':
      return ` -x -a ${quote(value.words.join(' '))}`;
    case 'word':
      return ' -x';
    default:
      return value satisfies never;
  }
}

function argumentOf(value: Value): string {
  if (value.kind === 'directory') return "-a '(__fish_complete_directories)'";
  return value.kind === 'choice' ? `-a ${quote(value.words.join(' '))}` : '';
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
