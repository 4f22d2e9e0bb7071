import type { Channel } from '../channel.ts';
import { faultOfStatus, JSON_HEADERS } from '../channel.ts';
import { cutText } from '../cut-text.ts';
import { writeNotice } from '../write-notice.ts';

/** Longer texts are taken, and shown in pieces. */
const MOST_CHARACTERS = 4_000;

/** What a body of one word says (Slack's page "Sending messages using incoming webhooks", errors). */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['invalid_payload', 'the request is not understood'],
  ['user_not_found', 'there is no such user'],
  ['channel_not_found', 'there is no such channel'],
  ['channel_is_archived', 'the channel is archived'],
  ['action_prohibited', 'an administrator has forbidden it'],
  ['posting_to_general_channel_denied', 'an administrator has forbidden it'],
  ['too_many_attachments', 'the request is not understood'],
  ['invalid_token', 'there is no such webhook any more'],
  ['no_active_hooks', 'there is no such webhook any more'],
  ['no_service', 'there is no such webhook any more'],
  ['no_service_id', 'there is no such webhook any more'],
  ['no_team', 'there is no such workspace any more'],
  ['team_disabled', 'there is no such workspace any more'],
]);

/** An incoming webhook of Slack, or of a server that takes the same, such as Mattermost. */
export const slack: Channel = {
  name: 'slack',
  isSigned: false,
  encode: (notice) => {
    const { title, lines } = writeNotice(notice);
    const text = cutText(
      [title, ...lines].join('\n'),
      MOST_CHARACTERS,
      (piece) => escapeMarkup(piece).length,
    );
    const body = JSON.stringify({ text: escapeMarkup(text), mrkdwn: false, unfurl_links: false });
    return { query: {}, headers: JSON_HEADERS, body };
  },
  findFault: (status, body) => {
    const fault = faultOfStatus(status);
    const word = WORDS.get(body.trim());
    return fault === null || word === undefined ? fault : `${fault}: ${word}`;
  },
};

/** With these three, `<!channel>` calls nobody. */
function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
