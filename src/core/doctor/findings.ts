interface FindingRow {
  readonly severity: 'warning' | 'note';
  /** What is weak, for the page. */
  readonly meaning: string;
  /** What a person can do about it. */
  readonly advice: string;
}

function warning(meaning: string, advice: string): FindingRow {
  return { severity: 'warning', meaning, advice };
}

function note(meaning: string, advice: string): FindingRow {
  return { severity: 'note', meaning, advice };
}

/**
 * The closed table of what `reconcile doctor` finds besides errors: a warning costs something some day, a note says
 * what this host does without. docs/doctor.md is compared with it by a test.
 */
export const FINDINGS = {
  // php-fpm
  RELOAD_LOSES_REQUESTS: warning(
    'process_control_timeout is 0 or shorter than 2 s: a reload ends the requests that are under way',
    'Set process_control_timeout = 10s in [global] and reload php-fpm: measured with 10 connections, a reload lost 4 to 5 ' +
      'requests without it and none of 45,737 with it. The price: while php-fpm waits for a slow request, all new ones ' +
      'wait too, for up to that time.',
  ),
  RELOAD_STALLS: note(
    'process_control_timeout is longer than 30 s: one slow request can stall all new ones for as long',
    'Choose the shortest time that requests need, such as 10s; the proof of a reload waits as long as well.',
  ),
  SERVICE_ABSENT: warning(
    'php-fpm does not run: files are still written, and only the rehearsal proves them',
    'Start php-fpm, or correct php_fpm.config when it runs with another main configuration.',
  ),
  POOL_NOT_REACHED: warning(
    'a pool does not read the file: PHP does not get the variables there',
    'Include the file in this pool too, or name the pool in php_fpm.pools; leave it when that is meant.',
  ),
  POOL_NOT_PROVEN: warning(
    'a pool reads the file and has no ping path: a reload is proven by the new master alone, not by its content',
    'Add a line such as ping.path = /ping to the pool and reload php-fpm.',
  ),
  ENVIRONMENT_NOT_CLEARED: warning(
    'clear_env is off in a pool: PHP also sees the environment that php-fpm was started with',
    'Remove the line, and put the variables that PHP needs into the config repository.',
  ),
  VARIABLE_SHADOWED: warning(
    'nginx gives PHP a FastCGI parameter with the name of a variable: getenv() answers with the parameter',
    'Remove the line, or give the variable another name.',
  ),
  UNIT_NOT_RESTARTED: warning(
    'the systemd unit of php-fpm has no Restart=: php-fpm stays down when it ends',
    'Run systemctl edit for the unit and write Restart=on-failure below [Service].',
  ),

  // what cannot be done here
  NOT_REHEARSED: note(
    'php-fpm is not beside us (php_fpm.binary is none): no private php-fpm and no php-fpm -t before a change',
    'Nothing to do in a sidecar: grammar check, proof and undo remain. Ping paths in all pools make up for most of it.',
  ),
  TESTED_ON_COPY: note(
    'a private mount namespace is not permitted: php-fpm -t runs on a copy of the configuration',
    'Nothing needs to be done; as root with CAP_SYS_ADMIN the test reads the real paths.',
  ),
  PROVEN_BY_CHILDREN: note(
    "the auxiliary vector of the master (/proc/PID/auxv) cannot be read: a reload is proven by new workers instead of the master's own restart",
    'Nothing needs to be done; as root, or with CAP_SYS_PTRACE, the proof is stronger.',
  ),
  KILL_LEAVES_PROCESS: warning(
    'setpriv(1) is missing: a run that is killed during the rehearsal can leave a private php-fpm behind',
    'Install util-linux.',
  ),

  // the places
  FILE_NOT_NAMED: note(
    'php-fpm is installed and the host configuration names no file for it: PHP gets no variables from us',
    'Name files.php-fpm.path where PHP shall have the variables.',
  ),
  STATE_NOT_KEPT: note(
    'the state directory is in memory: it is lost at a reboot, with all that is held',
    'Set state to a directory on a disk; until then each boot is a first run, which knows neither what is held nor what was live.',
  ),
  LOCK_NOT_LOCAL: warning(
    'the lock is not on a local file system: hosts can block each other, or two runs not see each other',
    'Set lock to a path on a local file system, such as /run/reconcile/lock.',
  ),
  SECRET_FILE_OPEN: warning(
    'a file with a token, a secret or the URL of a service can be read by everybody on the host',
    'Run chmod o-r on it, and replace the secret where others could have read it.',
  ),
  ACCESS_LIST_LOST: warning(
    'a destination has an access list (ACL): a replaced file does not have it',
    'Grant access by files.*.owner, group and mode, or by a default access list of the directory.',
  ),
} as const satisfies Record<string, FindingRow>;

export type FindingCode = keyof typeof FINDINGS;
