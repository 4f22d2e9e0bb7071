import { ReconcileError } from '../../core/errors.ts';
import { JSON_HEADERS } from '../../core/notice/channel.ts';
import type { CommitStatus } from '../../core/notice/commit-status.ts';
import type { StatusForge } from '../../core/notice/status-forge.ts';
import type { Notifier } from '../../ports/daemon.ts';
import { readSecretLine } from '../secret-file.ts';
import type { Attempt } from './attempt.ts';
import { refuse, tryUntilTaken } from './attempt.ts';
import type { HttpAccess } from './post.ts';
import { post } from './post.ts';

export interface ForgeNotifierOptions extends HttpAccess {
  readonly name: string;
  readonly forge: StatusForge;
  /** Of the repository, without a slash at its end. */
  readonly url: string;
  readonly tokenFile: string;
  /** Before each further try; for tests. */
  readonly waitsMs?: readonly number[];
}

/** Sets the status of commits on the server that has the repository. */
export function forgeNotifier(options: ForgeNotifierOptions): Notifier<CommitStatus> {
  return {
    name: options.name,
    tell: (status, deadline) =>
      tryUntilTaken((signal) => send(status, options, signal), deadline, options.waitsMs),
  };
}

async function send(
  status: CommitStatus,
  options: ForgeNotifierOptions,
  signal: AbortSignal,
): Promise<Attempt> {
  const { forge, url, tokenFile } = options;
  try {
    const token = readSecretLine(tokenFile, 'token');
    const request = {
      url: new URL(`${url}/statuses/${status.commit}`),
      headers: { ...JSON_HEADERS, ...forge.authorize(token) },
      body: forge.encode(status),
      findFault: (answered: number, body: string) => forge.findFault(status, { status: answered, body }),
    };
    return await post(request, options, signal);
  } catch (error) {
    if (error instanceof ReconcileError) return refuse(error.message);
    throw error;
  }
}
