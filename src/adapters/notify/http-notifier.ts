import { ReconcileError } from '../../core/errors.ts';
import type { Channel } from '../../core/notice/channel.ts';
import type { Notice } from '../../core/notice/notice.ts';
import type { Notifier } from '../../ports/daemon.ts';
import { readSecretLine } from '../secret-file.ts';
import type { Attempt } from './attempt.ts';
import { refuse, tryUntilTaken } from './attempt.ts';
import type { HttpAccess } from './post.ts';
import { post } from './post.ts';
import { readEndpoint } from './read-endpoint.ts';

export interface HttpNotifierOptions extends HttpAccess {
  readonly channel: Channel;
  /** One line; whoever knows it may send. */
  readonly urlFile: string;
  /** Null: nothing is signed. */
  readonly secretFile: string | null;
  /** Before each further try; for tests. */
  readonly waitsMs?: readonly number[];
}

/** Posts notices to one service. */
export function httpNotifier(options: HttpNotifierOptions): Notifier<Notice> {
  return {
    name: options.channel.name,
    tell: (notice, deadline) =>
      tryUntilTaken((signal) => send(notice, options, signal), deadline, options.waitsMs),
  };
}

/** Signed anew each time, because a signature lasts an hour. */
async function send(notice: Notice, options: HttpNotifierOptions, signal: AbortSignal): Promise<Attempt> {
  const { channel, urlFile, secretFile, clock } = options;
  try {
    const endpoint = readEndpoint(urlFile);
    const secret = secretFile === null ? null : readSecretLine(secretFile, 'secret');
    const { query, headers, body } = channel.encode(notice, { secret, now: clock.now() });
    const url = addQuery(endpoint, query);
    const findFault = (status: number, answer: string) => channel.findFault(status, answer);
    return await post({ url, headers, body, findFault }, options, signal);
  } catch (error) {
    if (error instanceof ReconcileError) return refuse(error.message);
    throw error;
  }
}

function addQuery(url: URL, query: Readonly<Record<string, string>>): URL {
  const signed = new URL(url);
  for (const [name, value] of Object.entries(query)) signed.searchParams.set(name, value);
  return signed;
}
