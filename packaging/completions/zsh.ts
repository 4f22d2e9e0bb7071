import type { CommandNode, OptionNode, Value } from '../command-tree.ts';

/** What zsh offers behind `reconcile`: the file `_reconcile` of a directory in fpath, which starts no program. */
export function renderZshCompletion([program, ...commands]: readonly [
  CommandNode,
  ...CommandNode[],
]): string {
  return `#compdef reconcile
# zsh completion for reconcile(1)

_reconcile() {
  local curcontext=$curcontext state line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  _arguments -C \\
${program.options.map((option) => `    ${renderOption(option)} \\\n`).join('')}    '1: :->command' \\
    '*:: :->rest' && return
  case $state in
    command) _describe -t commands command commands ;;
    rest)
      case $line[1] in
${commands.map(renderCommand).join('\n')}
      esac
      ;;
  esac
}

_reconcile "$@"
`;
}

function renderCommand({ name, options, value, placeholder }: CommandNode): string {
  const argument = value.kind === 'none' ? [] : [quote(`1:${placeholder.slice(1, -1)}:${actionOf(value)}`)];
  const specs = [...options.map(renderOption), ...argument];
  return `        ${name})\n          _arguments ${specs.join(' \\\n            ')}\n          ;;`;
}

function renderOption({ long, short, description, value, placeholder }: OptionNode): string {
  const meaning = `[${description.replace(/[[\]\\:]/g, '\\$&')}]`;
  const rest = value.kind === 'none' ? '' : `:${placeholder.slice(1, -1)}:${actionOf(value)}`;
  const names = short === null ? long : `{${short},${long}}`;
  return short === null
    ? quote(`${long}${meaning}${rest}`)
    : `'(${short} ${long})'${names}${quote(`${meaning}${rest}`)}`;
}

function actionOf(value: Value): string {
  switch (value.kind) {
    case 'file':
      return '_files';
    case 'directory':
      return '_files -/';
    case 'choice':
      return `(${value.words.join(' ')})`;
    case 'word':
    case 'none':
      return ' ';
    default:
      return value satisfies never;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
