import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { request } from 'node:http';
import type { AgentOptions } from 'node:https';
import { Agent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { authorizeAtProxy, hostOf } from './proxy.ts';

export interface TunnelOptions extends AgentOptions {
  readonly proxy: URL;
  /** Longest time for the proxy's own answer. */
  readonly proxyMs: number;
}

type Connected = (error: Error | null, stream: Duplex) => void;

/**
 * An agent for https whose connections go through a plain HTTP proxy, by CONNECT (RFC 9110, 9.3.6): the proxy sees the
 * name of the server and nothing else.
 */
export class TunnelAgent extends Agent {
  readonly #tunnel: TunnelOptions;

  constructor(options: TunnelOptions) {
    super(options);
    this.#tunnel = options;
  }

  override createConnection(options: RequestOptions, connected?: Connected): null {
    const { proxy } = this.#tunnel;
    const fail = (error: Error) => connected?.(error, null as never); // node looks at the error first
    const asked = this.#ask(`${options.host}:${options.port}`);
    asked.once('error', (error) => fail(error));
    asked.once('connect', (answer: IncomingMessage, socket: Socket) => {
      if (answer.statusCode === 200) return connected?.(null, connect({ ...(options as object), socket }));
      socket.destroy();
      return fail(new Error(`the proxy ${proxy.host} answered ${answer.statusCode}`));
    });
    return null;
  }

  #ask(path: string): ClientRequest {
    const { proxy, proxyMs } = this.#tunnel;
    const headers = { Host: path, ...authorizeAtProxy(proxy) };
    const where = { host: hostOf(proxy), port: proxy.port || 80, agent: false };
    return request({
      ...where,
      method: 'CONNECT',
      path,
      headers,
      signal: AbortSignal.timeout(proxyMs),
    }).end();
  }
}
