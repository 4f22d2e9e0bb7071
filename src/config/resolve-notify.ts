import { isAddress } from '../core/notice/address.ts';
import type { ChannelName } from '../core/notice/channel.ts';
import { CHANNEL_NAMES } from '../core/notice/channel.ts';
import { parseEndpoint } from '../core/notice/endpoint.ts';
import type { NoticeKind } from '../core/notice/notice.ts';
import { NOTICE_KINDS } from '../core/notice/notice.ts';
import type { StatusForgeName } from '../core/notice/status-forge.ts';
import { STATUS_FORGE_NAMES, STATUS_FORGES } from '../core/notice/status-forge.ts';
import type { CommitStatusConfig, NotifyConfig } from './config.ts';
import type { Resolving } from './resolving.ts';
import { resolveChoice, wrong } from './resolving.ts';

const HOUR_MS = 60 * 60_000;
const SENDMAIL = ['/usr/sbin/sendmail'] as const;

/** Who is told of runs. */
export function resolveNotify(resolving: Resolving): NotifyConfig {
  const { written, complaints } = resolving;
  const channels = CHANNEL_NAMES.flatMap((name) => resolveChannel(resolving, name));
  const mail = resolveMail(resolving);
  const events = resolveEvents(resolving);
  const repeatMs = (written.integer('notify.repeat_hours') ?? 24) * HOUR_MS;
  if (channels.length === 0 && mail === null && written.has('notify')) {
    const message = 'notify names nobody to tell: set the url_file of a service, or notify.mail.to';
    complaints.push(wrong(written.at('notify'), message));
  }
  return { channels, mail, events, repeatMs, caFile: written.text('notify.ca_file') };
}

function resolveChannel({ written, complaints }: Resolving, name: ChannelName): NotifyConfig['channels'] {
  const key = `notify.${name}`;
  const urlFile = written.text(`${key}.url_file`);
  if (urlFile !== null) return [{ name, urlFile, secretFile: written.text(`${key}.secret_file`) }];
  if (written.has(key)) complaints.push(wrong(written.at(key), `${key}.secret_file needs ${key}.url_file`));
  return [];
}

function resolveMail({ written, complaints }: Resolving): NotifyConfig['mail'] {
  const to = written.list('notify.mail.to') ?? [];
  const from = written.text('notify.mail.from');
  const complain = (path: string, message: string) => complaints.push(wrong(written.at(path), message));
  if (to.length === 0) {
    if (written.has('notify.mail')) complain('notify.mail', 'notify.mail needs an address in notify.mail.to');
    return null;
  }
  for (const address of to.filter((each) => !isAddress(each)))
    complain('notify.mail.to', `notify.mail.to: ${JSON.stringify(address)} is no plain mail address`);
  if (from !== null && !isAddress(from))
    complain('notify.mail.from', `notify.mail.from: ${JSON.stringify(from)} is no plain mail address`);
  const [program, ...args] = written.list('notify.mail.sendmail') ?? SENDMAIL;
  if (program === undefined)
    complain('notify.mail.sendmail', 'notify.mail.sendmail names no program: leave it out, or name one');
  return { to, from, sendmail: [program ?? '', ...args] };
}

function resolveEvents({ written, complaints }: Resolving): readonly NoticeKind[] {
  const names = written.list('notify.events') ?? NOTICE_KINDS;
  return names.flatMap((name) => {
    const kind = NOTICE_KINDS.find((each) => each === name);
    if (kind !== undefined) return [kind];
    const message = `notify.events: ${JSON.stringify(name)} is none of ${NOTICE_KINDS.join(', ')}`;
    complaints.push(wrong(written.at('notify.events'), message));
    return [];
  });
}

/** Where the status of commits is set; null: nowhere. */
export function resolveCommitStatus(resolving: Resolving): CommitStatusConfig | null {
  const { written, complaints } = resolving;
  if (!written.has('commit_status')) return null;
  const complain = (message: string) => complaints.push(wrong(written.at('commit_status'), message));
  if (!written.has('commit_status.forge')) {
    complain(`commit_status needs commit_status.forge: one of ${STATUS_FORGE_NAMES.join(', ')}`);
    return null;
  }
  const forge = resolveChoice(resolving, 'commit_status.forge', STATUS_FORGE_NAMES);
  const url = resolveUrl(resolving, forge);
  const tokenFile = written.text('commit_status.token_file');
  if (url === null && !written.has('commit_status.url'))
    complain(`commit_status needs commit_status.url, such as ${STATUS_FORGES[forge].example}`);
  if (tokenFile === null) complain('commit_status needs commit_status.token_file');
  if (url === null || tokenFile === null) return null;
  return { forge, url, tokenFile, caFile: written.text('commit_status.ca_file') };
}

function resolveUrl({ written, complaints }: Resolving, forge: StatusForgeName): string | null {
  const text = written.text('commit_status.url')?.replace(/\/+$/, '') ?? null;
  if (text === null) return null;
  const why = findUrlFault(text, forge);
  if (why === null) return text;
  complaints.push(wrong(written.at('commit_status.url'), `commit_status.url cannot be used: ${why}`));
  return null;
}

function findUrlFault(text: string, forge: StatusForgeName): string | null {
  const parsed = parseEndpoint(text);
  if ('wrong' in parsed) return parsed.wrong;
  const { search, hash, pathname } = parsed.url;
  if (search !== '' || hash !== '') return 'it has a `?` or `#` in it';
  const { path, example } = STATUS_FORGES[forge];
  return path.test(pathname) ? null : `${forge} has URLs such as ${example}`;
}
