import { CHANNEL_NAMES } from '../core/notice/channel.ts';
import type { CommitStatusConfig, NotifyConfig } from './config.ts';

type Rows = readonly (readonly [setting: string, value: unknown])[];

/** The settings of notices as they could be written; no secret is among them, only where one is. */
export function describeNotify({ channels, mail, events, repeatMs, caFile }: NotifyConfig): Rows {
  const files = CHANNEL_NAMES.flatMap((name): Rows => {
    const found = channels.find((channel) => channel.name === name);
    return [
      [`notify.${name}.url_file`, found?.urlFile ?? null],
      [`notify.${name}.secret_file`, found?.secretFile ?? null], // unknown settings of it are left out
    ];
  });
  return [
    ['notify.events', events],
    ['notify.repeat_hours', repeatMs / 3_600_000],
    ['notify.ca_file', caFile],
    ...files,
    ['notify.mail.to', mail?.to ?? null],
    ['notify.mail.from', mail?.from ?? null],
    ['notify.mail.sendmail', mail?.sendmail ?? null],
  ];
}

/** The same of the status of commits. */
export function describeCommitStatus(status: CommitStatusConfig | null): Rows {
  return [
    ['commit_status.forge', status?.forge ?? null],
    ['commit_status.url', status?.url ?? null],
    ['commit_status.token_file', status?.tokenFile ?? null],
    ['commit_status.ca_file', status?.caFile ?? null],
  ];
}
