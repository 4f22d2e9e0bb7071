/** A URL that may be posted to, or in words why a text is none. The words do not have the text in them: it is a secret. */
export type ParsedEndpoint = { readonly url: URL } | { readonly wrong: string };

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/** Https, or http to this host itself; without a user name or password, which HTTP would not send. */
export function parseEndpoint(text: string): ParsedEndpoint {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) return { wrong: 'it is no URL' };
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return { wrong: 'it is no URL of https' };
  if (url.protocol === 'http:' && !LOOPBACK.includes(url.hostname))
    return { wrong: 'it is a URL of http, and everybody on the way could read it: use https' };
  if (url.username !== '' || url.password !== '') return { wrong: 'it has a user name or password in it' };
  return { url };
}
