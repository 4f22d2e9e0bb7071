/** A message as its reader sees it: headers unfolded and decoded (RFC 5322, RFC 2047), and the text. */
export interface ReadMail {
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

export function readMail(message: string): ReadMail {
  const unix = message.replaceAll('\r\n', '\n');
  const end = unix.indexOf('\n\n');
  const lines = unix
    .slice(0, end)
    .replace(/\?=\n[ \t]+=\?/g, '?==?') // space between encoded words is none
    .replace(/\n[ \t]+/g, ' ')
    .split('\n');
  const headers = new Map(
    lines.map((line) => [line.slice(0, line.indexOf(':')), decodeWords(line.slice(line.indexOf(':') + 2))]),
  );
  const body = unix.slice(end + 2);
  const isEncoded = headers.get('Content-Transfer-Encoding') === 'base64';
  return { headers, text: isEncoded ? Buffer.from(body, 'base64').toString('utf8') : body };
}

function decodeWords(text: string): string {
  return text.replace(/=\?UTF-8\?B\?([^?]*)\?=/g, (_word, base64: string) =>
    Buffer.from(base64, 'base64').toString('utf8'),
  );
}
