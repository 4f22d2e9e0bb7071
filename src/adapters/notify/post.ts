import { ReconcileError } from '../../core/errors.ts';
import { VERSION } from '../../core/version.ts';
import type { Clock } from '../../ports.ts';
import type { HttpAnswer } from '../http.ts';
import { HttpClient } from '../http.ts';
import type { RouteOptions } from '../http-route.ts';
import type { Attempt } from './attempt.ts';
import { refuse, TRY_MS } from './attempt.ts';

/** How servers are reached. */
export interface HttpAccess extends Pick<RouteOptions, 'caFile' | 'proxies'> {
  readonly clock: Clock;
}

export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Null: the answer says that all is well. Else what is wrong, without anything of the answer. */
  findFault(status: number, body: string): string | null;
}

/** Of a longer answer nothing is read. */
const LIMIT = { bytes: 64 * 1024, code: 'SOURCE_TOO_LARGE' } as const;

/** One request. What it says of a failure has nothing of the URL in it: even a host name may be the secret. */
export async function post(request: Post, access: HttpAccess, signal: AbortSignal): Promise<Attempt> {
  try {
    const answer = await send(request, access, signal);
    const fault = request.findFault(answer.status, answer.body.toString('utf8'));
    if (fault === null) return { kind: 'taken' };
    const mayHelp = answer.status === 429 || answer.status >= 500;
    return { kind: 'refused', why: fault, mayHelp, afterMs: readRetryAfter(answer, access.clock) };
  } catch (error) {
    if (!(error instanceof ReconcileError)) throw error;
    const why = withoutUrl(error.message, request.url);
    return { ...refuse(why), mayHelp: error.code === 'SOURCE_UNREACHABLE' };
  }
}

/** What goes to this host itself goes through no proxy, to which it would go in clear. */
async function send(
  { url, headers, body }: Post,
  { caFile, proxies }: HttpAccess,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const client = new HttpClient({
    url: new URL(url.origin),
    caFile,
    proxies: url.protocol === 'http:' ? {} : proxies,
    proxyMs: TRY_MS,
  });
  return await client.send(
    {
      method: 'POST',
      path: `${url.pathname}${url.search}`,
      headers: { 'User-Agent': `php-env-reconciler/${VERSION}`, Connection: 'close', ...headers },
      body: Buffer.from(body),
      limit: LIMIT,
    },
    signal,
  );
}

function withoutUrl(message: string, { origin, host, hostname }: URL): string {
  return [`${origin}/`, origin, host, hostname].reduce(
    (text, part) => text.replaceAll(part, 'the server'),
    message,
  );
}

/** Seconds, or a date (RFC 9110, 10.2.3). */
function readRetryAfter({ headers }: HttpAnswer, clock: Clock): number | null {
  const text = headers['retry-after'];
  if (text === undefined) return null;
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - clock.now().getTime();
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}
