/** Begins the name of each of our metrics. */
export const PREFIX = 'php_env_reconciler_';

/** What one name stands for. `textfile`: a run by cron can tell it as well; it has no past to count. */
export interface Family {
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  readonly textfile: boolean;
}

function gauge(help: string, ...labels: readonly string[]): Family {
  return { type: 'gauge', help, labels, textfile: true };
}

function counter(help: string, ...labels: readonly string[]): Family {
  return { type: 'counter', help, labels, textfile: false };
}

/** Every metric there is, in the order in which they are written; docs/monitoring.md is made from it. */
export const FAMILIES = {
  // what the host itself says, at the moment of the question
  state_readable: gauge(
    '1 if configuration, state and files of this host can be read, else 0 and nothing of the host.',
  ),
  applied_info: gauge('1, with the commit whose content was proven last.', 'commit'),
  last_contact_timestamp_seconds: gauge('When a repository on another host answered last.'),
  last_success_timestamp_seconds: gauge('When a run last found or left the host as it is wanted.'),
  last_change_timestamp_seconds: gauge('When a run last changed a file or reloaded php-fpm.'),
  reload_owed: gauge('1 if php-fpm is not proven to run what is on disk.'),
  ledger_lost: gauge('1 if the ledger was lost or damaged, so that a reload is owed for it.'),
  held_contents: gauge('Contents that php-fpm did not take over, remembered until they are proven.'),
  drift: gauge('1 if the file differs from what was applied in content, mode or owner.', 'target'),
  paused: gauge('1 if somebody asked that no run does anything.'),
  heal_only: gauge('1 if no new commit is taken now, by a pause or outside of the change windows.'),
  restraint_until_timestamp_seconds: gauge('When the pause ends, or the next change window begins.'),

  // the last run
  last_run_timestamp_seconds: gauge('When the last run ended.'),
  last_run_duration_seconds: gauge('How long the last run took.'),
  last_run_exit_code: gauge('Exit code of the last run.'),
  last_run_info: gauge('1, with the result of the last run, and the code of its error.', 'result', 'code'),
  head_held: gauge('1 if the last run found the newest commit held, or had to undo it.'),

  build_info: gauge('1, with the version of the program and of Node.js.', 'version', 'node_version'),

  // what a daemon has counted since it started
  runs_total: counter('Runs, with those that found nothing to do.', 'result'),
  run_errors_total: counter('Runs that failed.', 'code'),
  run_duration_seconds: {
    type: 'histogram',
    help: 'How long runs took.',
    labels: ['result'],
    textfile: false,
  },
  reloads_total: counter('Reloads of php-fpm that were proven.'),
  drift_heals_total: counter('Runs that put back what somebody else had changed.'),
  webhook_deliveries_total: counter('Webhooks that came in.', 'result'),
} as const satisfies Readonly<Record<string, Family>>;

export type FamilyName = keyof typeof FAMILIES;
