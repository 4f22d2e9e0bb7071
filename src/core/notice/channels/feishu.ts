import { createHmac } from 'node:crypto';
import type { Channel, CodedAnswers, Seal } from '../channel.ts';
import { faultOfCode, JSON_HEADERS } from '../channel.ts';
import { cutText, jsonBytesOf } from '../cut-text.ts';
import { writeNotice } from '../write-notice.ts';

/** A request may have 20 KB. */
const MOST_BYTES = 18_000;

const ANSWERS: CodedAnswers = {
  fields: ['code', 'StatusCode'],
  meanings: {
    9499: 'the request is not understood, or too many came',
    11232: 'too many messages came: 100 a minute and 5 a second are taken',
    19001: 'there is no such robot',
    19021: 'the signature is wrong, or the clock of this host is an hour off',
    19022: 'the address of this host is not allowed',
    19024: 'the message has none of the keywords of the robot',
  },
};

/** A custom robot of a Feishu or Lark group. A post of plain texts, in which `<at>` calls nobody. */
export const feishu: Channel = {
  name: 'feishu',
  isSigned: true,
  encode: (notice, seal) => {
    const { title, lines } = writeNotice(notice);
    const text = cutText(lines.join('\n'), MOST_BYTES, jsonBytesOf);
    const content = { post: { zh_cn: { title, content: [[{ tag: 'text', text }]] } } };
    return {
      query: {},
      headers: JSON_HEADERS,
      body: JSON.stringify({ ...sign(seal), msg_type: 'post', content }),
    };
  },
  findFault: (status, body) => faultOfCode(ANSWERS, status, body),
};

/** HMAC-SHA256 with time (s) and secret as key over nothing: key and message have changed places against DingTalk. */
function sign({ secret, now }: Seal): Readonly<Record<string, string>> {
  if (secret === null) return {};
  const timestamp = String(Math.floor(now.getTime() / 1000));
  return { timestamp, sign: createHmac('sha256', `${timestamp}\n${secret}`).digest('base64') };
}
