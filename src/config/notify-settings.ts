import type { SettingSpec } from './setting.ts';
import { setting } from './setting.ts';

/** Who is told of runs, beside the log. */
export const NOTIFY_SETTINGS: readonly SettingSpec[] = [
  setting('notify.events', 'list', {
    fallback: 'all',
    meaning: 'what is told of: some of failed, undone, recovered, applied, healed',
  }),
  setting('notify.repeat_hours', 'integer', {
    fallback: '24',
    meaning: 'a failure that goes on is told again after so many hours',
  }),
  setting('notify.ca_file', 'path', {
    fallback: 'those of the system',
    meaning: 'certificate authorities that the servers below are checked with, PEM',
  }),
  setting('notify.webhook.url_file', 'path', {
    fallback: 'none',
    meaning: 'file with the URL that gets each notice as JSON; like each file below, it is read at each use',
  }),
  setting('notify.webhook.secret_file', 'path', {
    fallback: 'none: not signed',
    meaning: 'file with the secret of the signature `X-Signature-256`',
  }),
  setting('notify.slack.url_file', 'path', {
    fallback: 'none',
    meaning: 'file with the URL of an incoming webhook',
  }),
  setting('notify.dingtalk.url_file', 'path', {
    fallback: 'none',
    meaning: 'file with the URL of a robot, `access_token` included',
  }),
  setting('notify.dingtalk.secret_file', 'path', {
    fallback: 'none: not signed',
    meaning: "file with the robot's secret, `SEC…`",
  }),
  setting('notify.feishu.url_file', 'path', {
    fallback: 'none',
    meaning: 'file with the URL of a robot of Feishu or Lark',
  }),
  setting('notify.feishu.secret_file', 'path', {
    fallback: 'none: not signed',
    meaning: "file with the robot's secret",
  }),
  setting('notify.wecom.url_file', 'path', {
    fallback: 'none',
    meaning: 'file with the URL of a robot, `key` included',
  }),
  setting('notify.mail.to', 'list', { fallback: 'none', meaning: 'addresses that get mail' }),
  setting('notify.mail.from', 'text', {
    fallback: 'what sendmail puts in',
    meaning: 'the address that the mail is from',
  }),
  setting('notify.mail.sendmail', 'list', {
    fallback: '[/usr/sbin/sendmail]',
    meaning: 'program and arguments that send mail; `-t -oi` is added',
  }),
  setting('commit_status.forge', 'text', {
    fallback: 'none: no status is set',
    meaning: 'the server that is told what a commit came to on this host: github, gitlab or gitea',
  }),
  setting('commit_status.url', 'text', {
    fallback: 'required with `commit_status.forge`',
    meaning: 'URL of the repository in the API of that server',
  }),
  setting('commit_status.token_file', 'path', {
    fallback: 'required with `commit_status.forge`',
    meaning: 'file with a token that may set the status of commits; read at each use',
  }),
  setting('commit_status.ca_file', 'path', {
    fallback: 'those of the system',
    meaning: 'certificate authorities that the server is checked with, PEM',
  }),
];
