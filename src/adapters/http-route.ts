import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { RequestOptions } from 'node:http';
import { Agent } from 'node:http';
import { ReconcileError } from '../core/errors.ts';
import { describe } from './errno.ts';
import type { ProxyVariables } from './proxy.ts';
import { authorizeAtProxy, chooseProxy, hostOf } from './proxy.ts';

/** How servers are reached and known. */
export interface RouteOptions {
  /** PEM; what is in it is trusted, and nothing else. Null: what the system trusts, as git and curl do. */
  readonly caFile: string | null;
  readonly proxies: ProxyVariables;
  /** Longest time for the answer of a proxy to CONNECT. */
  readonly proxyMs: number;
}

/** Debian and Alpine, Red Hat, SUSE. Node brings roots of its own and does not look there; they are used where none is. */
const SYSTEM_AUTHORITIES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
];

/** One idle connection is kept. It does not keep the program alive: node lets go of idle sockets. */
const KEPT = { keepAlive: true, maxFreeSockets: 1 };

type RouteRequest = RequestOptions & { readonly headers: Readonly<Record<string, string>> };

/** The way to one server, with the connections to it that are kept. */
export class Route {
  readonly #url: URL;
  readonly #options: RouteOptions;
  readonly #proxy: URL | null;
  #agent: Agent | null = null;
  #authorities: string | null = null;

  /** Throws CONFIG_INVALID for a proxy that is not supported. */
  constructor(url: URL, options: RouteOptions) {
    this.#url = url;
    this.#options = options;
    this.#proxy = chooseProxy(url, options.proxies);
  }

  /**
   * What node needs to know for a request to a path. The CA file is read each time, so that it can be renewed at any
   * time. Throws CONFIG_INVALID when it is missing or has no certificate in it.
   */
  async makeOptions(path: string): Promise<RouteRequest> {
    const { protocol, port, host } = this.#url;
    const agent = await this.#findAgent();
    if (protocol === 'https:' || this.#proxy === null)
      return { protocol, host: hostOf(this.#url), port, path, agent, headers: { Host: host } };
    const headers = { Host: host, ...authorizeAtProxy(this.#proxy) };
    const url = `${protocol}//${host}${path}`;
    return { protocol, host: hostOf(this.#proxy), port: this.#proxy.port || 80, path: url, agent, headers };
  }

  /** TLS is loaded where it is spoken, since it takes up to 7 MB; and before all else, so that requests at once share an agent. */
  async #findAgent(): Promise<Agent> {
    const makeTls = this.#url.protocol === 'http:' ? null : (await import('./tls-agent.ts')).tlsAgent;
    const caFile = this.#options.caFile ?? SYSTEM_AUTHORITIES.find((path) => existsSync(path));
    const authorities = makeTls === null || caFile === undefined ? null : readAuthorities(caFile);
    if (this.#agent === null || authorities !== this.#authorities) {
      const { proxyMs } = this.#options;
      this.#agent?.destroy();
      this.#agent = makeTls?.({ ...KEPT, authorities, proxy: this.#proxy, proxyMs }) ?? new Agent(KEPT);
      this.#authorities = authorities;
    }
    return this.#agent;
  }
}

/** Node passes over what is no certificate without a word. */
function readAuthorities(caFile: string): string {
  try {
    const text = readFileSync(caFile, 'utf8');
    new X509Certificate(text);
    return text;
  } catch (error) {
    const message = `${caFile}, the CA file, cannot be used: ${describe(error)}`;
    throw new ReconcileError('CONFIG_INVALID', message, { cause: error });
  }
}
