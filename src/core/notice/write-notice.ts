import type { ErrorRow } from '../error-row.ts';
import { row } from '../error-row.ts';
import { ERRORS } from '../errors.ts';
import { showText } from '../redact.ts';
import type { Location } from '../types.ts';
import { describeWork } from '../work.ts';
import { bytesOf, cutText } from './cut-text.ts';
import type { FailureCode, Notice } from './notice.ts';

/** A notice in words: a title of one line, and lines of `name: text`. Characters that do more than show themselves are escaped. */
export interface Letter {
  readonly title: string;
  readonly lines: readonly string[];
}

/** Every title has it: the robots of DingTalk and Feishu can ask for a word. */
export const KEYWORD = 'php-env-reconciler';

/** Host names and the like are short; one that is not leaves room for the rest. */
const NAME_BYTES = 200;
const MOST_PLACES = 5;

const BUG: ErrorRow = row(1, 'soon', 'This is a bug of the program: its log has the stack.');

/** What the table of errors says of a failure. */
export function rowOf(code: FailureCode): ErrorRow {
  return code === 'BUG' ? BUG : ERRORS[code];
}

/** The words for people. */
export function writeNotice(notice: Notice): Letter {
  const { host, environment, commit, code, since, at } = notice;
  const work = describeWork(notice, false).map(showText);
  const lines: readonly (readonly [string, string | null])[] = [
    ['host', showName(host)],
    ['environment', environment === null ? null : showName(environment)],
    ['commit', commit],
    ['error', code === null ? null : `${code}, exit code ${rowOf(code).exit}`],
    ['hint', code === null ? null : rowOf(code).hint],
    ['where', notice.places.length === 0 ? null : describePlaces(notice.places)],
    ['done', work.length === 0 ? null : work.join(', ')],
    ['since', since],
    ['time', at],
  ];
  return {
    title: `[${KEYWORD}] ${showHost(notice)} ${describeNews(notice)}`,
    lines: lines.flatMap(([name, text]) => (text === null ? [] : [`${name}: ${text}`])),
  };
}

function describeNews({ kind, commit, code, changes }: Notice): string {
  const content = commit === null ? 'the state before' : `commit ${commit.slice(0, 12)}`;
  switch (kind) {
    case 'failed':
      return `failed: ${code}`;
    case 'undone':
      return `does not take ${content}: it is held`;
    case 'recovered':
      return `is well again: ${content} is live`;
    case 'applied':
      return `took ${content}`;
    case 'healed':
      return changes.length === 1
        ? 'put back a file that somebody changed'
        : `put back ${changes.length} files that somebody changed`;
    default:
      return kind satisfies never;
  }
}

function showHost({ host, environment }: Notice): string {
  return environment === null ? showName(host) : `${showName(host)} (${showName(environment)})`;
}

function showName(name: string): string {
  return cutText(showText(name), NAME_BYTES, bytesOf);
}

function describePlaces(places: readonly Location[]): string {
  const shown = places.slice(0, MOST_PLACES).map(describePlace);
  const more = places.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
}

/** `env/common.yaml:3:1`, as compilers print it. */
export function describePlace({ file, line, column }: Location): string {
  return `${showName(file)}:${line}:${column}`;
}
