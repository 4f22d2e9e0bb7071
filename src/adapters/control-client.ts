import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:http';
import { parseRunEvent } from '../core/daemon/report.ts';
import type { ControlAnswer } from '../core/receive/control-answer.ts';
import type { DaemonControl } from '../ports/receiving.ts';
import { describe, errnoOf } from './errno.ts';

/** Far above any report of a run. */
const ANSWER_BYTES = 1024 * 1024;
/** A daemon that is well takes note of it at once. */
const WARM_MS = 1_000;

/** How connect(2) says that nobody listens at a path, or that this user may not ask. */
const KINDS: Readonly<Record<string, 'absent' | 'denied'>> = {
  ENOENT: 'absent',
  ENOTDIR: 'absent',
  ECONNREFUSED: 'absent',
  EACCES: 'denied',
  EPERM: 'denied',
};

/**
 * The daemon behind a socket of this host: HTTP, `POST /run` and `POST /warm`, without a body. Who may ask is decided by the
 * permissions of the socket and of its directory (unix(7)).
 */
export function controlClient(socket: string): DaemonControl {
  return {
    async run(deadlineMs) {
      const deadline = AbortSignal.timeout(deadlineMs);
      try {
        return readAnswer(await post(socket, '/run', deadline));
      } catch (error) {
        if (deadline.aborted) return { kind: 'late' };
        const kind = KINDS[errnoOf(error) ?? ''];
        return kind === undefined ? { kind: 'unclear', why: describe(error) } : { kind };
      }
    },
    async warm() {
      await post(socket, '/warm', AbortSignal.timeout(WARM_MS)).catch(() => undefined); // the run is only slower
    },
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function post(socketPath: string, path: string, signal: AbortSignal): Promise<Answer> {
  const asked = request({
    socketPath,
    path,
    method: 'POST',
    signal,
    agent: false,
    headers: { Host: 'localhost' },
  });
  asked.on('error', () => undefined); // thrown below; node must not end us for a later one
  asked.end();
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  let text = '';
  for await (const chunk of answer?.setEncoding('utf8') ?? []) {
    text += chunk;
    if (text.length > ANSWER_BYTES) throw new Error('it is too long');
  }
  return { status: answer?.statusCode ?? 0, text };
}

function readAnswer({ status, text }: Answer): ControlAnswer {
  if (status === 401 || status === 403) return { kind: 'denied' };
  if (status !== 200) return { kind: 'unclear', why: `status ${status}` };
  if (text.trim() === 'null') return { kind: 'waiting' };
  const event = parseRunEvent(text);
  return event === null ? { kind: 'unclear', why: 'it is no report of a run' } : { kind: 'ran', event };
}
