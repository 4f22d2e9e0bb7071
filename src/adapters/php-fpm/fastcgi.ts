import { connect } from 'node:net';
import { encodeRequest, FastCgiError, ResponseReader } from './fastcgi-records.ts';

/** One request: parameters (CGI names) and the body. */
export interface FastCgiRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

export interface FastCgiLimits {
  /** For the whole exchange, connecting included. */
  readonly deadlineMs: number;
  /** stdout and stderr together; 16 MiB when not given. */
  readonly maxBytes?: number;
  /** Ends the exchange before the deadline. */
  readonly signal?: AbortSignal;
}

/** What the responder answered. */
export interface FastCgiResponse {
  /** Of the `Status:` header; 200 when there is none (RFC 3875, 6.3.3). */
  readonly status: number;
  /** Lower-case name → value; the last of equal names. */
  readonly headers: ReadonlyMap<string, string>;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;

/**
 * Sends one request to a FastCGI responder and reads its answer. `listen` is php-fpm's own notation: an absolute
 * socket path, `port`, `address:port` or `[v6]:port`; a wildcard address is asked on the loopback.
 * Throws FastCgiError: nobody listens, the answer breaks the protocol, is too long or late.
 */
export function askFastCgi(
  listen: string,
  request: FastCgiRequest,
  limits: FastCgiLimits,
): Promise<FastCgiResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect(toAddress(listen));
    const reader = new ResponseReader(limits.maxBytes ?? DEFAULT_MAX_BYTES);
    const settle = (finish: () => void): void => {
      clearTimeout(timer);
      limits.signal?.removeEventListener('abort', stop);
      socket.destroy();
      finish();
    };
    const fail = (message: string, code: string): void =>
      settle(() => reject(new FastCgiError(message, code)));
    const timer = setTimeout(
      () => fail(`no answer within ${limits.deadlineMs} ms`, 'ETIMEDOUT'),
      limits.deadlineMs,
    );
    const stop = (): void => fail('the exchange was ended', 'ECANCELED');
    limits.signal?.addEventListener('abort', stop);
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.message, error.code ?? 'EIO'));
    socket.on('close', () => fail('the connection was closed before the end of the answer', 'ECONNRESET'));
    socket.on('data', (chunk) => {
      try {
        if (reader.read(chunk)) settle(() => resolve(toResponse(reader)));
      } catch (error) {
        settle(() => reject(error));
      }
    });
    socket.write(encodeRequest(request.params, request.body ?? new Uint8Array()));
  });
}

function toAddress(listen: string): { path: string } | { host: string; port: number } {
  if (listen.startsWith('/')) return { path: listen };
  const parts = /^(?:\[(?<v6>[^\]]*)\]:|(?<v4>[^:]*):)?(?<port>\d+)$/.exec(listen)?.groups;
  if (parts === undefined)
    throw new FastCgiError(`${listen} is neither a socket path nor an address`, 'EINVAL');
  const host = parts.v6 ?? parts.v4 ?? '';
  return { host: loopbackFor(host), port: Number(parts.port) };
}

function loopbackFor(host: string): string {
  if (host === '::') return '::1';
  return host === '' || host === '0.0.0.0' || host === '*' ? '127.0.0.1' : host;
}

function toResponse(reader: ResponseReader): FastCgiResponse {
  const output = Buffer.concat(reader.stdout);
  const end = /\r?\n\r?\n/.exec(output.toString('latin1'));
  const head = end === null ? '' : output.toString('latin1', 0, end.index);
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  const stdout = end === null ? output : output.subarray(end.index + end[0].length);
  const status = Number.parseInt(headers.get('status') ?? '200', 10);
  return { status, headers, stdout, stderr: Buffer.concat(reader.stderr) };
}
