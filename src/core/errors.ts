import type { ErrorRow } from './error-row.ts';
import { row } from './error-row.ts';
import { RECEIVE_ERRORS } from './receive/errors.ts';

/** The closed table of foreseen failures. docs/exit-codes.md is compared with it by a test. */
export const ERRORS = {
  // wrong use, wrong host configuration
  USAGE: row(64, 'never', 'See `reconcile --help`.'),
  CONFIG_INVALID: row(
    78,
    'on-new-config',
    'Correct the host configuration; docs/host-configuration.md lists every setting.',
  ),
  DESTINATION_UNSAFE: row(
    78,
    'soon',
    'Name a real path whose directories belong to root or this user and are not writable by others.',
  ),
  DESTINATION_OBSTACLE: row(
    78,
    'soon',
    'Remove what stands at the destination, or name another path in the host configuration.',
  ),

  ...RECEIVE_ERRORS,

  // the source
  SOURCE_UNREACHABLE: row(
    12,
    'soon',
    'The last good state stays in place; check the repository and its permissions.',
  ),
  SOURCE_BRANCH_MISSING: row(
    12,
    'soon',
    'Push the branch or tag, or correct `repository` in the host configuration.',
  ),
  SOURCE_DENIED: row(12, 'soon', 'Give this host a deploy key or token that may read the repository.'),
  SERVER_UNTRUSTED: row(
    15,
    'soon',
    'Find out why the server shows another key or certificate; name the right one in the host configuration, never the one that it happened to show.',
  ),
  SOURCE_FOREIGN: row(
    15,
    'on-new-commit',
    'Push to the right repository, or correct `repository.id` in the host configuration.',
  ),
  COMMIT_UNTRUSTED: row(
    15,
    'on-new-commit',
    'Push a commit that an allowed signer signed, or correct the list of signers on this host.',
  ),
  SOURCE_TOO_LARGE: row(
    14,
    'on-new-commit',
    'Take the large file out of the repository, or raise the limit in the host configuration.',
  ),
  SOURCE_REWOUND: row(
    15,
    'on-new-commit',
    'Push a commit that contains it, or take the rewind by name: `reconcile accept-rewind COMMIT` on this host.',
  ),
  SOURCE_DAMAGED: row(12, 'soon', 'Run `git fsck` in the repository and push the missing objects again.'),

  // repository content, found by reading files
  FILE_MISSING: row(14, 'on-new-commit', 'Add the file; `reconcile init` shows a complete repository.'),
  FILE_REJECTED: row(
    14,
    'on-new-commit',
    'Commit plain files with plain names; links and submodules are never read.',
  ),
  FILE_TOO_LARGE: row(14, 'on-new-commit', 'Split the file, or raise the limit in the host configuration.'),
  YAML_SYNTAX: row(14, 'on-new-commit', 'Correct the YAML at the place shown.'),
  YAML_FORBIDDEN: row(
    14,
    'on-new-commit',
    'Write the text itself: anchors, aliases, other tags and directives are not used here.',
  ),
  YAML_DUPLICATE: row(14, 'on-new-commit', 'Keep one of the entries.'),
  YAML_SHAPE: row(14, 'on-new-commit', 'docs/config-repository.md shows the shape of each file.'),
  YAML_EMPTY_VALUE: row(
    14,
    'on-new-commit',
    'Write "" for an empty value, or !unset to remove an inherited one.',
  ),
  TEXT_ENCODING: row(
    14,
    'on-new-commit',
    'Save the file as UTF-8 with LF line ends; write other characters as escapes in double quotes.',
  ),
  NAME_INVALID: row(
    14,
    'on-new-commit',
    'A name is a letter or _ followed by at most 127 letters, digits or _.',
  ),
  NAME_REFUSED: row(14, 'on-new-commit', 'Choose another name: this one changes how programs run.'),
  NAME_UNDECLARED: row(
    14,
    'on-new-commit',
    'Declare it in variables.yaml, or set `undeclared: allow` in reconcile.yaml.',
  ),
  HOST_UNKNOWN: row(
    14,
    'on-new-commit',
    'Add the host to hosts.yaml, or name its environment in the host configuration.',
  ),
  LAYER_UNKNOWN: row(
    14,
    'on-new-commit',
    'Correct the path in reconcile.yaml, or remove the file that no host can use.',
  ),
  VALUE_IMPOSSIBLE: row(
    14,
    'on-new-commit',
    'Change the value, or keep the variable out of this file with `files:` in variables.yaml.',
  ),
  VALUE_UNDECLARED_SHAPE: row(14, 'on-new-commit', 'Change the value, or its declaration in variables.yaml.'),
  VALUE_MISSING: row(14, 'on-new-commit', 'Give the variable a value in one of the layers of the host.'),
  VALUE_CONTROL: row(14, 'on-new-commit', 'A control character is carried exactly, but is seldom meant.'),
  EXPAND_UNKNOWN: row(
    14,
    'on-new-commit',
    'Name a variable of the same host, or write $${ for a literal ${.',
  ),
  EXPAND_CYCLE: row(14, 'on-new-commit', 'Break the circle of !expand values.'),
  SECRET_EXPOSED: row(
    14,
    'on-new-commit',
    'Declare `files: [php-fpm]` for it, or give the file a mode without read for others.',
  ),
  TEMPLATE_INVALID: row(
    14,
    'on-new-commit',
    'Correct the template; docs/templates.md lists what it may use.',
  ),
  GRAMMAR: row(
    14,
    'on-new-commit',
    'A template may write only comments, blank lines and the variables in their one quoting.',
  ),
  EXPECTED_DIFFERS: row(
    14,
    'on-new-commit',
    'Look at the difference; when it is meant, render the expected files anew.',
  ),

  // php-fpm
  LAYOUT_WRONG: row(
    78,
    'soon',
    'Correct the include in the php-fpm configuration, or php_fpm in the host configuration; nothing was written.',
  ),
  REHEARSAL_FAILED: row(
    14,
    'on-new-commit',
    'A private php-fpm did not give the values back; nothing was written.',
  ),
  CANDIDATE_REFUSED: row(
    14,
    'on-new-commit',
    'php-fpm -t passes without this content and fails with it; nothing was written.',
  ),
  ENVIRONMENT_BROKEN: row(
    19,
    'soon',
    'Repair the php-fpm configuration or the missing program; the change is applied at the next run.',
  ),
  SERVICE_ORPHANED: row(
    19,
    'soon',
    'Stop the php-fpm workers that have lost their master and start php-fpm.',
  ),
  TREE_BROKEN: row(
    18,
    'soon',
    'Repair the php-fpm configuration: it does not pass -t; the reload is tried again at the next run.',
  ),
  SIGNAL_FAILED: row(
    18,
    'soon',
    'php-fpm ended or was restarted before it could be signalled; start it, the next run does the rest.',
  ),
  RELOAD_UNPROVEN: row(18, 'soon', 'The reload is tried again at the next run; look at the php-fpm log.'),

  RELOAD_UNANSWERED: row(
    18,
    'soon',
    'php-fpm was reloaded and all its workers are at work; the proof is asked for again at the next run.',
  ),
  SERVICE_DOWN: row(18, 'soon', 'Start php-fpm; the next run proves what it then reads.'),

  // the run
  WRITE_FAILED: row(
    17,
    'soon',
    'Both files are as they were; look at the disk and the permissions of the directory.',
  ),
  UNDO_FAILED: row(
    18,
    'soon',
    'A file could not be put back after a failed write; the next run puts it right. Look at the disk.',
  ),
  STATE_UNUSABLE: row(19, 'soon', 'Nothing was written; look at the state directory and its disk.'),
  UNFINISHED: row(
    18,
    'soon',
    'Look at what the message names; what could not be noted, proven or cleaned up is done at the next run.',
  ),
  RUN_LOST: row(
    18,
    'soon',
    'The next run finishes its work; find out who ended it: the kernel for memory (`journalctl -k`), or a bug, told on stderr.',
  ),
  DAEMON_BUSY: row(64, 'never', 'One daemon serves a host; end the other one first.'),
  DEADLINE: row(
    18,
    'soon',
    'The run was ended with its programs, and the next one finishes its work; find out what hangs, or raise limits.run_seconds.',
  ),
  APPLY_UNDONE: row(
    17,
    'soon',
    'The old state is back and proven; this content is held, and tried again later in case something else was to blame.',
  ),
  COMMIT_HELD: row(16, 'soon', 'This content failed before; commit another one, or revert.'),
  EDITED_MEANWHILE: row(18, 'soon', 'Somebody else keeps writing the file; find out who.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

/**
 * A foreseen failure. Its message says what, where and which value (secrets masked); the table says the rest.
 * Anything thrown that is not one of these is a bug.
 */
export class ReconcileError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = 'ReconcileError';
    this.code = code;
  }
}
