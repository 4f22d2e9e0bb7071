import type { Channel, CodedAnswers } from '../channel.ts';
import { faultOfCode, JSON_HEADERS } from '../channel.ts';
import { bytesOf, cutText } from '../cut-text.ts';
import type { NoticeKind } from '../notice.ts';
import { writeNotice } from '../write-notice.ts';

/** Bytes of UTF-8 in the content of a markdown message, of which a Chinese character takes three. */
const MOST_BYTES = 4_096;

const ANSWERS: CodedAnswers = {
  fields: ['errcode'],
  meanings: {
    40008: 'the request is not understood',
    40058: 'the request is not understood',
    45002: 'the message is too long',
    45009: 'more than 20 messages came within a minute',
    93000: 'there is no such robot',
  },
};

/** The three colours that there are. */
const COLOURS: Readonly<Record<NoticeKind, 'info' | 'comment' | 'warning'>> = {
  failed: 'warning',
  undone: 'warning',
  recovered: 'info',
  applied: 'info',
  healed: 'comment',
};

/** A robot of a WeCom group (its page 91770). It knows no signature: the URL is the secret. */
export const wecom: Channel = {
  name: 'wecom',
  isSigned: false,
  encode: (notice) => {
    const { title, lines } = writeNotice(notice);
    const head = `<font color="${COLOURS[notice.kind]}">${flatten(title)}</font>\n`;
    const rest = lines.map((line) => `> ${flatten(line)}`).join('\n');
    const content = head + cutText(rest, MOST_BYTES - bytesOf(head), bytesOf);
    return {
      query: {},
      headers: JSON_HEADERS,
      body: JSON.stringify({ msgtype: 'markdown', markdown: { content } }),
    };
  },
  findFault: (status, body) => faultOfCode(ANSWERS, status, body),
};

/** There is no escape in its markdown: what would be a mention, a colour, a link or bold becomes its look-alike. */
function flatten(text: string): string {
  return text
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('[', '〔')
    .replaceAll(']', '〕')
    .replaceAll('`', "'")
    .replaceAll('**', '* *');
}
