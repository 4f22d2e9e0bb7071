import type { AgentOptions } from 'node:https';
import { Agent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { TunnelAgent } from './proxy-tunnel.ts';

export interface TlsAgentOptions extends AgentOptions {
  /** PEM; what is in it is trusted, and nothing else. Null: the roots of Node.js. */
  readonly authorities: string | null;
  readonly proxy: URL | null;
  /** Longest time for the answer of the proxy. */
  readonly proxyMs: number;
}

/** Connections to servers that prove who they are. */
export function tlsAgent({ authorities, proxy, proxyMs, ...kept }: TlsAgentOptions): Agent {
  const ca = authorities === null ? {} : { ca: authorities };
  // Said once more, because NODE_TLS_REJECT_UNAUTHORIZED=0 would switch it off.
  const options = { ...kept, secureContext: createSecureContext(ca), rejectUnauthorized: true };
  return proxy === null ? new Agent(options) : new TunnelAgent({ ...options, proxy, proxyMs });
}
