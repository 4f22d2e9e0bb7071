/** Where a config repository is. No variant has a password in it. */
export type Remote =
  /** A repository on this host that is read in place. */
  | { readonly kind: 'path'; readonly path: string }
  /** One that is fetched from, all the same. `url` is what git gets. */
  | { readonly kind: 'file'; readonly url: string }
  | { readonly kind: 'ssh'; readonly url: string }
  | { readonly kind: 'http'; readonly url: string };

/** A remote, or in words why a text is none. */
export type ParsedRemote = { readonly remote: Remote } | { readonly wrong: string };

const SCP_LIKE = /^(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9][A-Za-z0-9._-]*:(?!\/\/|:)[^\s]+$/;
const SAFE_USER = /^[A-Za-z0-9._-]*$/;

/**
 * Takes what can be handed to git without a second meaning: an absolute path, or a URL of one of four schemes. A name that
 * begins with `-` would be an option, `ext::` a command, and a password in a URL stands in every process list.
 */
export function parseRemote(text: string): ParsedRemote {
  if (/[\s\p{Cc}]/u.test(text)) return { wrong: 'it has a space or control character in it' };
  if (text.startsWith('/')) return { remote: { kind: 'path', path: text } };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(text)) return parseUrl(text);
  if (SCP_LIKE.test(text)) return { remote: { kind: 'ssh', url: text } };
  return { wrong: 'it is neither an absolute path nor a URL with https, http, ssh or file' };
}

function parseUrl(text: string): ParsedRemote {
  if (!URL.canParse(text)) return { wrong: 'it is no URL' };
  const url = new URL(text);
  if (url.password !== '') return { wrong: 'it has a password in it; put that into repository.token_file' };
  if (url.search !== '' || url.hash !== '') return { wrong: 'it has a `?` or `#` in it' };
  switch (url.protocol) {
    case 'file:':
      return url.host === '' ? { remote: { kind: 'file', url: text } } : { wrong: 'a file URL has no host' };
    case 'ssh:':
      return parseSsh(url, text);
    case 'http:':
    case 'https:':
      return parseHttp(url, text);
    default:
      return { wrong: `the scheme ${url.protocol.slice(0, -1)} is not known` };
  }
}

/** A host or user that begins with `-` would be an option of ssh. */
function parseSsh({ hostname, username }: URL, url: string): ParsedRemote {
  if (hostname === '' || hostname.startsWith('-')) return { wrong: 'it has no host' };
  if (!SAFE_USER.test(username) || username.startsWith('-'))
    return { wrong: 'its user name is not a plain one' };
  return { remote: { kind: 'ssh', url } };
}

function parseHttp({ username }: URL, url: string): ParsedRemote {
  if (username !== '') return { wrong: 'it has a user name in it; put that into repository.username' };
  return { remote: { kind: 'http', url: url.replace(/\/+$/, '') } };
}

/** Whether nobody on the way can read what is sent. */
export function isPrivate(remote: Remote): boolean {
  if (remote.kind !== 'http') return true;
  const { protocol, hostname } = new URL(remote.url);
  return protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname);
}

/** As it may be shown anywhere, in one form for all. */
export function describeRemote(remote: Remote): string {
  return remote.kind === 'path' ? remote.path : remote.url;
}
