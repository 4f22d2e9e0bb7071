import type { ServerResponse } from 'node:http';
import type { Answer } from '../../core/http/exchange.ts';

/** So long one who is still sending can read why nobody listens. */
const LINGER_MS = 1000;
/** Whoever takes nothing of the answer for so long does not want it. */
const STALLED_MS = 10_000;

/**
 * Sends an answer and ends the connection. Where the request was not read to its end, the connection stays for a second
 * without being read: a socket that is closed with unread bytes is reset, and the answer lost.
 */
export function sendAnswer(response: ServerResponse, { status, type, body, headers }: Answer): void {
  const bytes = Buffer.from(body);
  const { req: request } = response;
  response.writeHead(status, {
    ...headers,
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    connection: 'close',
  });
  request.socket.setTimeout(STALLED_MS); // node destroys it then
  if (request.complete) {
    response.end(bytes);
    return;
  }
  response.write(bytes);
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS);
  response.once('close', () => clearTimeout(timer));
}
