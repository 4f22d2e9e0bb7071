import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as startRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ErrorCode } from '../core/errors.ts';
import { ReconcileError } from '../core/errors.ts';
import { showText } from '../core/redact.ts';
import type { RouteOptions } from './http-route.ts';
import { Route } from './http-route.ts';

/** A server below one URL, which has no credentials in it. */
export interface HttpOptions extends RouteOptions {
  readonly url: URL;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  /** Appended to the path of the URL: `/info/refs?a=b`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | null;
  /** Of a longer answer nothing more is read; it is an error of this code. */
  readonly limit: { readonly bytes: number; readonly code: ErrorCode };
}

/** Whatever the server says, also a redirect or an error. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/**
 * Asks one server over HTTP(S) and keeps the connection for the next request. A redirect is an answer like any other
 * and is never followed, so that credentials go to nobody else.
 */
export class HttpClient {
  readonly #url: URL;
  readonly #route: Route;

  /** Throws CONFIG_INVALID for a proxy that is not supported. */
  constructor({ url, ...options }: HttpOptions) {
    this.#url = url;
    this.#route = new Route(url, options);
  }

  /**
   * One request with its whole answer. The signal is the one deadline for all of it, however slowly the server drips.
   * A connection that was kept and that the server had closed meanwhile (RFC 9112, 9.3.1) is replaced without a word.
   * Throws SERVER_UNTRUSTED for a certificate that is not valid, CONFIG_INVALID for an unusable CA file, the code of
   * the limit, and SOURCE_UNREACHABLE for all else.
   */
  async send(request: HttpRequest, deadline: AbortSignal): Promise<HttpAnswer> {
    for (;;) {
      const asked = await this.#start(request, deadline);
      try {
        return await converse(asked, request, deadline);
      } catch (error) {
        asked.destroy();
        if (!(error instanceof Unanswered && asked.reusedSocket) || deadline.aborted)
          throw this.#explain(asked, error, deadline);
      }
    }
  }

  async #start({ method, path, headers, body }: HttpRequest, signal: AbortSignal): Promise<ClientRequest> {
    const options = await this.#route.makeOptions(`${this.#url.pathname.replace(/\/$/, '')}${path}`);
    const length = body === null ? {} : { 'Content-Length': String(body.length) };
    const asked = startRequest({
      ...options,
      method,
      signal,
      headers: { ...options.headers, ...headers, ...length },
    });
    asked.on('error', () => {}); // the one that counts is thrown by `converse`; node must not end us for a later one
    return asked.end(body ?? undefined);
  }

  #explain(asked: ClientRequest, error: unknown, { aborted }: AbortSignal): unknown {
    const where = `${this.#url.origin}${this.#url.pathname}`;
    const cause = error instanceof Unanswered ? error.cause : error;
    if (cause instanceof TooLong)
      return new ReconcileError(cause.code, `${where} answers with more than ${cause.bytes} bytes`);
    const why = showText(describe(cause).trim());
    if (aborted) return unreachable(`${where} gave no whole answer in time`, cause);
    const isUntrusted = isTls(asked.socket) && Boolean(asked.socket.authorizationError);
    if (!isUntrusted) return unreachable(`cannot reach ${where}: ${why}`, cause);
    const message = `the certificate of ${where} is not valid: ${why}`;
    return new ReconcileError('SERVER_UNTRUSTED', message, { cause });
  }
}

/** By what it has and not by its class, which would load TLS for servers without it. */
function isTls(socket: Socket | null): socket is TLSSocket {
  return socket !== null && 'authorizationError' in socket;
}

/** No byte of an answer has come. */
class Unanswered extends Error {}

class TooLong extends Error {
  readonly bytes: number;
  readonly code: ErrorCode;

  constructor({ bytes, code }: HttpRequest['limit']) {
    super();
    this.bytes = bytes;
    this.code = code;
  }
}

/** Waits by itself for the deadline as well, which node does not do before a request has a connection. */
async function converse(
  asked: ClientRequest,
  { limit }: HttpRequest,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let answer: IncomingMessage;
  try {
    [answer] = await once(asked, 'response', { signal });
  } catch (cause) {
    throw new Unanswered('no answer', { cause });
  }
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await readBody(answer, limit) };
}

async function readBody(answer: IncomingMessage, limit: HttpRequest['limit']): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of answer) {
    length += chunk.length;
    if (length > limit.bytes) throw new TooLong(limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function unreachable(message: string, cause: unknown): ReconcileError {
  return new ReconcileError('SOURCE_UNREACHABLE', message, { cause });
}

/** Node's words name the address again, or are empty where several addresses failed: its code says it best. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSystemError = 'syscall' in error || error.message === '';
  return isSystemError && 'code' in error ? String(error.code) : error.message;
}
