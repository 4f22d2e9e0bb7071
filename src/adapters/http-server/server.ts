import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { Answer, Route } from '../../core/http/exchange.ts';
import { answerText } from '../../core/http/exchange.ts';
import type { Clock, Log } from '../../ports.ts';
import { Connections } from './connections.ts';
import { readBody } from './read-body.ts';
import { sendAnswer } from './send-answer.ts';

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  readonly clock: Clock;
  readonly log: Log;
}

/** Node's own are 60 s, 300 s, and a look each 30 s: whoever sends a byte now and then would keep a connection for minutes. */
const LIMITS = { headersTimeout: 5_000, requestTimeout: 10_000, connectionsCheckingInterval: 1_000 };

/**
 * Answers requests over HTTP/1.1, one for each connection. Bounded in what it takes: 16 KiB of headers within 5 s, a
 * body as large as its route allows within 10 s, 32 connections. Listens when it is told where.
 */
export class HttpServer {
  readonly server: Server;
  readonly #options: HttpServerOptions;
  readonly #connections = new Connections();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.server = createServer(LIMITS, (request, response) => void this.#serve(request, response));
    this.server.maxRequestsPerSocket = 1;
    this.server.maxHeadersCount = 0; // what is dropped silently could be the second of two
    this.server.on('connection', (socket) => this.#connections.add(socket));
    this.server.once('listening', () => this.server.on('error', (error) => this.#tellAccept(error)));
  }

  /** Takes no connection any more, and waits for the answers that are owed. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.#connections.endWaited();
    await closed;
  }

  /** A connection that the kernel could not give us; the next one is taken again. */
  #tellAccept(error: Error): void {
    this.#options.log.event('warning', 'connection-lost', { why: error.message });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.on('error', () => undefined); // nobody waits for the answer any more
    const answer = await this.#answer(request);
    if (answer !== null && !response.destroyed) sendAnswer(response, answer);
  }

  /** Null: whoever asked has gone. */
  async #answer(request: IncomingMessage): Promise<Answer | null> {
    const route = this.#find(request);
    if ('status' in route) return route;
    const from = request.socket.remoteAddress ?? null;
    const early = route.admit?.(from) ?? null;
    if (early !== null) return early;
    const body = await readBody(request, route.maxBodyBytes).catch(() => 'gone' as const);
    if (body === 'gone') return null;
    if (body === null) return route.tooLarge?.(from) ?? refuseBody(route);
    this.#connections.keep(request.socket);
    const headers = pairsOf(request.rawHeaders);
    return await this.#handle(route, { headers, body, from, receivedAt: this.#options.clock.now() });
  }

  #find({ method, url = '' }: IncomingMessage): Route | Answer {
    const path = url.replace(/\?.*/s, '');
    const route = this.#options.routes.find((each) => each.path === path);
    if (route === undefined) return answerText(404, 'there is nothing');
    const wanted = method === 'HEAD' ? 'GET' : method;
    return route.method === wanted ? route : refuseMethod(route);
  }

  async #handle(route: Route, request: Parameters<Route['handle']>[0]): Promise<Answer> {
    try {
      return await route.handle(request);
    } catch (error) {
      const stack = error instanceof Error ? error.stack : String(error);
      this.#options.log.event('error', 'bug', { path: route.path, stack });
      return answerText(500, 'this is a bug; the log has its stack');
    }
  }
}

function refuseBody({ maxBodyBytes }: Route): Answer {
  return answerText(413, `the body is larger than ${maxBodyBytes} bytes`);
}

function refuseMethod({ method }: Route): Answer {
  return { ...answerText(405, `it takes ${method}`), headers: { allow: method } };
}

function pairsOf(raw: readonly string[]): readonly (readonly [string, string])[] {
  return Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i] ?? '', raw[2 * i + 1] ?? ''] as const);
}
