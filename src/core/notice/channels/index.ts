import type { Channel, ChannelName } from '../channel.ts';
import { dingtalk } from './dingtalk.ts';
import { feishu } from './feishu.ts';
import { slack } from './slack.ts';
import { webhook } from './webhook.ts';
import { wecom } from './wecom.ts';

/** Every service that takes notices over HTTP. */
export const CHANNELS: Readonly<Record<ChannelName, Channel>> = { webhook, slack, dingtalk, feishu, wecom };
