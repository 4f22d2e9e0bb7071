import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SETTINGS } from '../../src/config/settings.ts';
import { DEFAULT_CONFIG_PATH, DEFAULT_STATE_PATH } from '../../src/core/paths.ts';
import type { CommandNode, OptionNode } from '../command-tree.ts';
import { readCommandTree } from '../command-tree.ts';
import type { Release } from '../release.ts';
import { DESCRIPTION, formatDate, ROOT, SUMMARY } from '../release.ts';
import {
  bold,
  escapeText,
  italic,
  renderExample,
  renderHead,
  renderHeading,
  renderParagraphs,
  renderTerm,
  upperFirst,
} from './roff.ts';

/** reconcile(1), made of the commands as they are. */
export async function renderProgramPage(release: Release): Promise<string> {
  const [program, ...commands] = await readCommandTree();
  return [
    renderHead({ name: 'reconcile', section: 1, date: formatDate(release), version: release.version }),
    renderHeading('NAME'),
    `reconcile \\- ${escapeText(SUMMARY)}\n`,
    renderHeading('SYNOPSIS'),
    [program, ...commands].map(renderCall).join('.br\n'),
    renderHeading('DESCRIPTION'),
    renderParagraphs(
      DESCRIPTION,
      `Where no command is given, one option says what to do. ${program.summary}`,
    ),
    renderHeading('OPTIONS'),
    ...program.options.map(renderOption),
    renderHeading('COMMANDS'),
    ...commands.map(renderCommand),
    renderHeading('EXIT STATUS'),
    ...readExitCodes().map(([code, meaning]) => renderTerm(bold(code), escapeText(meaning))),
    renderHeading('ENVIRONMENT'),
    ...renderEnvironment(),
    renderHeading('FILES'),
    ...FILES.map(([path, meaning]) => renderTerm(bold(path), escapeText(meaning))),
    renderHeading('EXAMPLES'),
    renderParagraphs('A config repository, the repository that people push to, and the first run:'),
    '.PP\n',
    renderExample(EXAMPLE),
    renderHeading('SEE ALSO'),
    '.BR reconcile\\-config.yaml (5),\n.BR systemctl (1),\n.BR php\\-fpm (8)\n',
  ].join('');
}

const FILES = [
  [DEFAULT_CONFIG_PATH, 'the configuration of this host; an example is among the documents of the package'],
  [
    '/etc/default/reconcile',
    'environment of the units of systemd; a run by hand or by cron does not read it',
  ],
  [DEFAULT_STATE_PATH, 'what the program remembers: the last good state, what is owed, the history'],
] as const;

const EXAMPLE = `reconcile init config
git clone --bare config /srv/config.git
reconcile doctor
reconcile plan
reconcile --once
`;

function renderCall({ name, placeholder }: CommandNode): string {
  const argument = placeholder === '' ? '' : ` ${italic(placeholder)}`;
  return `${bold(name === '' ? 'reconcile' : `reconcile ${name}`)} [${italic('options')}]${argument}\n`;
}

function renderCommand(command: CommandNode): string {
  const { name, summary, placeholder, options } = command;
  const argument = placeholder === '' ? '' : ` ${italic(placeholder)}`;
  const own = options.filter(({ long }) => long !== '--help');
  const nested = own.length === 0 ? '' : `.RS\n${own.map(renderOption).join('')}.RE\n`;
  return `${renderTerm(`${bold(name)}${argument}`, escapeText(`${upperFirst(summary)}.`))}${nested}`;
}

function renderOption({ short, long, placeholder, description }: OptionNode): string {
  const names = [...(short === null ? [] : [bold(short)]), bold(long)].join(', ');
  return renderTerm(
    `${names}${placeholder === '' ? '' : ` ${italic(placeholder)}`}`,
    escapeText(`${upperFirst(description)}.`),
  );
}

/** From the page that a test compares with the code. */
function readExitCodes(): readonly (readonly [code: string, meaning: string])[] {
  const page = readFileSync(join(ROOT, 'docs', 'exit-codes.md'), 'utf8');
  const rows = [...page.matchAll(/^\| (\d+) \| ([^|]+) \|/gm)];
  return rows.map(([, code = '', meaning = '']) => [code, meaning]);
}

function renderEnvironment(): readonly string[] {
  const overrides = SETTINGS.flatMap(({ path, environment }) =>
    environment === undefined ? [] : [[environment, `overrides \`${path}\` of the configuration`] as const],
  );
  const own = [
    ['RECONCILE_CONFIG', 'path of the configuration'],
    ...overrides,
    ['https_proxy, http_proxy, no_proxy', 'the way to a git server through a proxy, as curl(1) has them'],
    ['NO_COLOR', 'no colours on a terminal'],
  ] as const;
  return own.map(([name, meaning]) => renderTerm(bold(name), escapeText(meaning)));
}
