import type { CommandNode, OptionNode, Value } from '../command-tree.ts';

/** What bash offers behind `reconcile`: a file of /usr/share/bash-completion/completions, which starts no program. */
export function renderBashCompletion([program, ...commands]: readonly [
  CommandNode,
  ...CommandNode[],
]): string {
  const names = commands.map(({ name }) => name);
  const options = [program, ...commands].flatMap((command) => command.options);
  return `# bash completion for reconcile(1)
_reconcile() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD - 1]} command='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case \${COMP_WORDS[i]} in
      ${takingValue(options).join(' | ')}) ((i++)) ;;
      ${names.join(' | ')})
        command=\${COMP_WORDS[i]}
        break
        ;;
    esac
  done
  COMPREPLY=()
  case $before in
${renderValues(options)}
  esac
  case $command in
    '') mapfile -t COMPREPLY < <(compgen -W '${[...names, ...flagsOf(program)].join(' ')}' -- "$word") ;;
${commands.map(renderCommand).join('\n')}
  esac
}
complete -F _reconcile reconcile
`;
}

function takingValue(options: readonly OptionNode[]): readonly string[] {
  return [...new Set(options.filter(({ value }) => value.kind !== 'none').map(({ long }) => long))];
}

/** What stands behind an option. */
function renderValues(options: readonly OptionNode[]): string {
  const kinds = ['file', 'directory', 'word'] as const;
  return kinds
    .flatMap((kind) => {
      const names = takingValue(options.filter(({ value }) => value.kind === kind));
      if (names.length === 0) return [];
      return `    ${names.join(' | ')})\n${renderOffer({ kind }, [])}      return\n      ;;`;
    })
    .join('\n');
}

function renderCommand(command: CommandNode): string {
  return `    ${command.name})\n${renderOffer(command.value, flagsOf(command))}      ;;`;
}

/** Lines that offer some words, and paths where they are asked for. */
function renderOffer(value: Value, words: readonly string[]): string {
  const offered = value.kind === 'choice' ? [...value.words, ...words] : words;
  const actions = { file: '-f', directory: '-d', none: '', word: '', choice: '' } as const;
  const action = actions[value.kind];
  const what = [action, offered.length > 0 ? `-W '${offered.join(' ')}'` : ''].filter((part) => part !== '');
  if (what.length === 0) return '';
  const asPaths = action === '' ? '' : '      compopt -o filenames 2>/dev/null\n';
  return `${asPaths}      mapfile -t COMPREPLY < <(compgen ${what.join(' ')} -- "$word")\n`;
}

function flagsOf({ options }: CommandNode): readonly string[] {
  return options.map(({ long }) => long);
}
