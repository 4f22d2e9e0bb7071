import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Certificate } from './certificates.ts';

/** A request as it came in, whole. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpServer {
  /** `http://127.0.0.1:port`, or with https. */
  readonly origin: string;
  readonly received: readonly Received[];
}

/** Answers on a free port of the loopback until the test ends. Null: the connection is cut without an answer. */
export async function serveHttp(
  answer: (request: Received) => Reply | null | Promise<Reply | null>,
  certificate: Certificate | null = null,
): Promise<HttpServer> {
  const received: Received[] = [];
  const scheme = certificate === null ? 'http' : 'https';
  const listener = async (request: IncomingMessage, response: import('node:http').ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method = '', headers } = request;
    const url = new URL(request.url ?? '', `${scheme}://${headers.host}`);
    const whole = { method, url, headers, body: Buffer.concat(chunks).toString('utf8') };
    received.push(whole);
    const reply = await answer(whole);
    if (reply === null) request.socket.destroy();
    else response.writeHead(reply.status, reply.headers).end(reply.body);
  };
  const server =
    certificate === null
      ? createServer(listener)
      : createTlsServer(
          { cert: readFileSync(certificate.certFile), key: readFileSync(certificate.keyFile) },
          listener,
        );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}
