import { BlockList, isIP, isIPv6 } from 'node:net';
import { ReconcileError } from '../core/errors.ts';

/** `http_proxy`, `https_proxy`, `all_proxy`, `no_proxy` and all but the first in capitals, as the environment has them. */
export type ProxyVariables = Readonly<Record<string, string>>;

/**
 * The proxy for a URL, by curl's rules (curl(1), ENVIRONMENT); null: none. `HTTP_PROXY` in capitals is not looked at,
 * because a web server hands the header `Proxy` to programs under that name. Throws CONFIG_INVALID for a proxy that does
 * not speak plain HTTP; the message has no password in it.
 */
export function chooseProxy(target: URL, variables: ProxyVariables): URL | null {
  const scheme = target.protocol.slice(0, -1);
  const names = [`${scheme}_proxy`, ...(scheme === 'http' ? [] : [`${scheme.toUpperCase()}_PROXY`])];
  const text = [...names, 'all_proxy', 'ALL_PROXY'].map((name) => variables[name]).find(Boolean);
  const exceptions = variables.no_proxy ?? variables.NO_PROXY ?? '';
  if (text === undefined || isExempt(hostOf(target), exceptions)) return null;
  return parseProxy(text);
}

/** The name or address without the brackets of IPv6. */
export function hostOf(url: URL): string {
  return url.hostname.replace(/^\[|\]$/g, '');
}

function parseProxy(text: string): URL {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const proxy = URL.canParse(url) ? new URL(url) : null;
  if (proxy?.protocol === 'http:' && proxy.hostname !== '') return proxy;
  const shown = text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@');
  throw new ReconcileError('CONFIG_INVALID', `the proxy ${shown} is not supported: use one of http://`);
}

/** Names count for all below them; addresses may be ranges (`10.0.0.0/8`); `*` alone is everything. */
function isExempt(host: string, exceptions: string): boolean {
  const entries = exceptions.toLowerCase().split(/[\s,]+/);
  if (exceptions.trim() === '*') return true;
  if (isIP(host) !== 0) return entries.some((entry) => isInRange(host, entry));
  const name = host.replace(/\.$/, '');
  return entries
    .map((entry) => entry.replace(/^\.|\.$/g, ''))
    .some((entry) => entry !== '' && (name === entry || name.endsWith(`.${entry}`)));
}

function isInRange(address: string, entry: string): boolean {
  const [network = '', bits] = entry.replace(/[[\]]/g, '').split('/');
  if (isIP(network) === 0 || isIP(network) !== isIP(address)) return false;
  const family = isIPv6(network) ? 'ipv6' : 'ipv4';
  const range = new BlockList();
  if (bits === undefined) range.addAddress(network, family);
  else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv6' ? 128 : 32))
    range.addSubnet(network, Number(bits), family);
  return range.check(address, family);
}

/** The header for a proxy whose URL has a user name in it. */
export function authorizeAtProxy({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'Proxy-Authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
