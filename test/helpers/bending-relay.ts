import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { createServer, request as startRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';

/** A request or an answer as it passes. Headers that say its length are made anew. */
export interface Passing {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Bends {
  /** What upstream is asked in place of it. */
  request?(asked: Passing): Passing;
  /** What the client gets in place of it. */
  answer?(answer: Passing): Passing;
}

/** Stands between a client and a server and changes what passes. */
export interface BendingRelay {
  readonly url: string;
  /** `POST /path`, as the client asked. */
  readonly asked: readonly string[];
  /** The headers of the last request. */
  headers(): IncomingHttpHeaders;
  bend(bends: Bends): void;
}

/** Starts it on a free port of the loopback; it ends with the test. */
export async function startRelay(upstream: string, first: Bends = {}): Promise<BendingRelay> {
  const asked: string[] = [];
  let bends = first;
  let headers: IncomingHttpHeaders = {};
  const server = createServer(async (incoming, outgoing) => {
    const { method = '', url: path = '' } = incoming;
    asked.push(`${method} ${path}`);
    headers = incoming.headers;
    const body = await buffer(incoming);
    const request: Passing = { method, path, status: 0, headers: dropFrame(incoming.headers), body };
    const answer = await pass(upstream, bends.request?.(request) ?? request);
    const bent = bends.answer?.(answer) ?? answer;
    outgoing.writeHead(bent.status, { ...dropFrame(bent.headers), 'content-length': bent.body.length });
    outgoing.end(bent.body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    headers: () => headers,
    bend: (next) => {
      bends = next;
    },
  };
}

async function pass(upstream: string, { method, path, headers, body }: Passing): Promise<Passing> {
  const asked = startRequest(new URL(path, upstream), { method, headers, agent: false });
  asked.end(body);
  const [answer]: IncomingMessage[] = await once(asked, 'response');
  if (answer === undefined) throw new Error('no answer');
  const { statusCode: status = 0 } = answer;
  return { method, path, status, headers: answer.headers, body: await buffer(answer) };
}

function dropFrame(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { host: _host, connection: _connection, 'transfer-encoding': _encoding, ...rest } = headers;
  const { 'content-length': _length, ...others } = rest;
  return others;
}

/** The wish for protocol version 2 is lost on the way, as in some web servers: git then speaks version 0. */
export function dropVersion(asked: Passing): Passing {
  const { 'git-protocol': _version, ...headers } = asked.headers;
  return { ...asked, headers };
}
