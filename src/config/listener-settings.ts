import type { SettingSpec } from './setting.ts';
import { setting } from './setting.ts';

/** Settings of what the daemon answers over the network and on this host. */
export const LISTENER_SETTINGS: readonly SettingSpec[] = [
  setting('listen.address', 'text', {
    fallback: '127.0.0.1',
    meaning: 'the address on which the daemon answers over HTTP; TLS is for a server in front of it',
  }),
  setting('listen.port', 'integer', {
    fallback: 'none: not over the network',
    meaning: 'the port on which the daemon takes webhooks and tells of its health',
  }),
  setting('webhook.sender', 'text', {
    fallback: 'none: no webhook is taken',
    meaning: 'who sends webhooks, and so how they are signed: docs/daemon.md lists the senders',
  }),
  setting('webhook.secret_file', 'path', {
    fallback: 'required with `webhook.sender`',
    meaning: 'file with the secret that the sender signs with, at least 16 bytes; read at each delivery',
  }),
  setting('webhook.previous_secret_file', 'path', {
    fallback: 'none',
    meaning: 'file with a second secret that is taken as well, while it is being replaced',
  }),
  setting('webhook.path', 'path', { fallback: '/webhook', meaning: 'the path to which the sender posts' }),
  setting('control.socket', 'path', {
    fallback: '`control/socket` beside the lock',
    meaning: 'unix socket on which the daemon answers to this host alone',
  }),
  setting('control.group', 'text', {
    fallback: 'none: the user of the daemon',
    meaning: 'group name or number; its members may use the socket, too',
  }),
  setting('health.stale_seconds', 'integer', {
    fallback: 'three times `schedule.every_seconds`, and `limits.run_seconds`; a day with `schedule.cron`',
    meaning: 'a host on which no run has ended well for so long is told as not ready',
  }),
];
