import { createHmac } from 'node:crypto';
import type { Channel, CodedAnswers, Seal } from '../channel.ts';
import { faultOfCode, JSON_HEADERS } from '../channel.ts';
import { cutText, jsonBytesOf } from '../cut-text.ts';
import { writeNotice } from '../write-notice.ts';

/** A request may have 20,000 bytes. */
const MOST_BYTES = 18_000;

const ANSWERS: CodedAnswers = {
  fields: ['errcode'],
  meanings: {
    300001: 'there is no such robot',
    300005: 'there is no such robot',
    310000:
      'the security settings of the robot refuse it: the signature, a keyword, or the address of this host',
    130101: 'more than 20 messages came within a minute; it takes none for ten minutes',
    410100: 'more than 20 messages came within a minute; it takes none for ten minutes',
  },
};

/** A custom robot of a DingTalk group. It gets plain text: in its markdown, the `_` of file names would be lost. */
export const dingtalk: Channel = {
  name: 'dingtalk',
  isSigned: true,
  encode: (notice, seal) => {
    const { title, lines } = writeNotice(notice);
    const content = cutText([title, ...lines].join('\n'), MOST_BYTES, jsonBytesOf);
    const body = JSON.stringify({ msgtype: 'text', text: { content }, at: { isAtAll: false } });
    return { query: sign(seal), headers: JSON_HEADERS, body };
  },
  findFault: (status, body) => faultOfCode(ANSWERS, status, body),
};

/** HMAC-SHA256 with the secret as key over time (ms) and secret; the robot takes it for an hour. */
function sign({ secret, now }: Seal): Readonly<Record<string, string>> {
  if (secret === null) return {};
  const timestamp = String(now.getTime());
  const signature = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
  return { timestamp, sign: signature };
}
