import { sha256 } from '../sha256.ts';
import { bytesOf, cutText } from './cut-text.ts';
import type { Notice } from './notice.ts';
import { writeNotice } from './write-notice.ts';

/** Who gets it. Addresses have the form that address.ts checks. */
export interface Envelope {
  readonly to: readonly string[];
  /** Null: what sendmail puts in. */
  readonly from: string | null;
}

/** Longest line, without its end (RFC 5322, 2.1.1). */
const LINE_BYTES = 998;
/** Longest subject that is worth reading. */
const SUBJECT_BYTES = 400;
/** Bytes of text in one encoded word, so that it stays within 75 characters with `=?UTF-8?B?…?=` around it (RFC 2047, 2). */
const WORD_BYTES = 45;

/** A message as sendmail takes it on stdin: headers, an empty line, the text; lines end as on this host. */
export function composeMail(notice: Notice, { to, from }: Envelope): string {
  const { title, lines } = writeNotice(notice);
  const { encoding, text } = encodeBody(`${[title, '', ...lines].join('\n')}\n`);
  const headers = [
    ...(from === null ? [] : [`From: ${from}`]),
    `To: ${to.join(',\n ')}`,
    `Subject: ${encodeSubject(title)}`,
    `Date: ${new Date(notice.at).toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${sha256(JSON.stringify(notice)).slice(0, 32)}@${notice.host.replace(/[^A-Za-z0-9.-]/g, '-')}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=UTF-8',
    `Content-Transfer-Encoding: ${encoding}`,
    'Auto-Submitted: auto-generated', // RFC 3834: no out-of-office answers
  ];
  return `${headers.join('\n')}\n\n${text}`;
}

/** As it is where it is ASCII, else encoded words with line ends between them, each of whole characters (RFC 2047, 5). */
function encodeSubject(title: string): string {
  const subject = cutText(title, SUBJECT_BYTES, bytesOf);
  if (isPlain(subject)) return subject;
  const words: string[] = [''];
  for (const character of subject) {
    const word = words.at(-1) ?? '';
    if (bytesOf(word + character) > WORD_BYTES) words.push(character);
    else words[words.length - 1] = word + character;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\n ');
}

/** Base64 for what not every mail server takes as it is. */
function encodeBody(text: string): { readonly encoding: '7bit' | 'base64'; readonly text: string } {
  if (isPlain(text) && text.split('\n').every((line) => line.length <= LINE_BYTES))
    return { encoding: '7bit', text };
  const lines =
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];
  return { encoding: 'base64', text: `${lines.join('\n')}\n` };
}

function isPlain(text: string): boolean {
  return /^[\n\x20-\x7e]*$/.test(text);
}
