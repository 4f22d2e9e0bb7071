import type { SettingSpec } from './setting.ts';
import { setting } from './setting.ts';

/** Settings of the daemon; the change windows and the textfile hold for `reconcile --once` too. */
export const DAEMON_SETTINGS: readonly SettingSpec[] = [
  setting('schedule.every_seconds', 'seconds', {
    fallback: '60',
    meaning: 'how often the daemon asks the repository; each host at another moment of it',
  }),
  setting('schedule.cron', 'text', {
    fallback: 'none: `schedule.every_seconds`',
    meaning: 'instead of it: a cron expression of five fields, or six with seconds first, in local time',
  }),
  setting('schedule.jitter_seconds', 'seconds-or-0', {
    fallback: '30',
    meaning: 'with `schedule.cron`: each host asks so much later at most, always by the same time',
  }),
  setting('schedule.windows', 'list', {
    fallback: 'always',
    meaning:
      'when new commits are taken, in local time, e.g. [Mon-Fri 08:00-18:00]; drift is healed at any time',
  }),
  setting('metrics.textfile', 'path', {
    fallback: 'none',
    meaning:
      "file for node_exporter's textfile collector, written at the end of each run; its name ends in `.prom`",
  }),
];
