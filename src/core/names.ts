import { complain } from './complain.ts';
import type { Complaint, Location, NamePolicy } from './types.ts';

/** What a variable's name looks like: POSIX's portable set, and a length that every shell takes. */
export const NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** The host's list as it is: nothing added, nothing allowed. */
export const DEFAULT_NAMES: NamePolicy = { refuse: [], allow: [] };

const LOADER = 'it changes which code every started program loads';
const SHELL_CODE = 'shells run or evaluate it as they start';
const SHELL_OWN = 'shells keep it for themselves: assigning it fails, ends the shell or gives another value';
const SHELL_WORK = 'it changes how shells and the programs they start work';
const ACCOUNT = 'it belongs to the login of each user';
const RUNTIME = 'it changes the code or the options of every program of that language';
const CGI =
  'the web server sets it for each request; a fixed one would be taken for a header or parameter of the request';
const PHP = 'it changes how PHP itself is configured';
const TOOL = 'programs take commands or files to trust from it';

/** Prefixes end in `*`. Measured in php-fpm 8.2 and in dash, bash, zsh, busybox ash, mksh and ksh93. */
const REFUSED: readonly (readonly [string, readonly string[]])[] = [
  [LOADER, ['LD_*', 'GLIBC_TUNABLES', 'GCONV_PATH', 'LOCPATH']],
  [SHELL_CODE, ['BASH_ENV', 'ENV', 'BASH_FUNC_*', 'PS1', 'PS4', 'PROMPT_COMMAND']],
  [
    SHELL_OWN,
    ['UID', 'EUID', 'GID', 'EGID', 'PPID', 'BASHOPTS', 'SHELLOPTS', 'BASH_VERSINFO', 'BASHPID', '_'],
  ],
  [SHELL_OWN, ['RANDOM', 'SECONDS', 'LINENO', 'HISTCMD', 'GROUPS', 'FUNCNAME', 'DIRSTACK', 'EPOCHSECONDS']],
  [SHELL_OWN, ['EPOCHREALTIME', 'SRANDOM', 'PIPESTATUS', 'KSH_VERSION', 'USERNAME']],
  [SHELL_OWN, ['status', 'argv', 'path', 'cdpath', 'fpath', 'options', 'signals']],
  [SHELL_WORK, ['PATH', 'IFS', 'CDPATH', 'TMOUT', 'POSIXLY_CORRECT', 'LC_ALL', 'TMPDIR']],
  [ACCOUNT, ['HOME', 'USER', 'LOGNAME', 'SHELL']],
  [PHP, ['PHP_INI_SCAN_DIR', 'PHPRC', 'PHP_VALUE', 'PHP_ADMIN_VALUE', 'FPM_SOCKETS']],
  [RUNTIME, ['NODE_OPTIONS', 'PYTHON*', 'PERL5*', 'RUBYOPT']],
  [TOOL, ['GIT_*', 'SSH_*', 'LESSOPEN', 'LESSCLOSE', 'EDITOR', 'VISUAL', 'PAGER']],
  [
    CGI,
    [
      'HTTP_*',
      'FCGI_*',
      'GATEWAY_INTERFACE',
      'SERVER_NAME',
      'SERVER_PORT',
      'SERVER_PROTOCOL',
      'SERVER_SOFTWARE',
    ],
  ],
  [
    CGI,
    ['SERVER_ADDR', 'REMOTE_ADDR', 'REMOTE_HOST', 'REMOTE_IDENT', 'REMOTE_PORT', 'REMOTE_USER', 'AUTH_TYPE'],
  ],
  [
    CGI,
    [
      'CONTENT_LENGTH',
      'CONTENT_TYPE',
      'DOCUMENT_ROOT',
      'DOCUMENT_URI',
      'PATH_INFO',
      'PATH_TRANSLATED',
      'HTTPS',
    ],
  ],
  [
    CGI,
    ['QUERY_STRING', 'REQUEST_METHOD', 'REQUEST_SCHEME', 'REQUEST_URI', 'SCRIPT_FILENAME', 'SCRIPT_NAME'],
  ],
  [CGI, ['PHP_SELF', 'PHP_AUTH_*', 'ORIG_PATH_INFO', 'REDIRECT_STATUS']],
];

/**
 * What stands against a name: NAME_INVALID when it is no name, NAME_REFUSED with the reason when it is on the
 * built-in list or on the host's, null when it is fine. The host's `allow` wins over both lists.
 */
export function checkName(name: string, policy: NamePolicy, at: Location): Complaint | null {
  if (!NAME_PATTERN.test(name)) {
    const shown = JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
    return complain(
      'NAME_INVALID',
      at,
      `${shown} is no name: letters, digits and _, no digit first, at most 128`,
    );
  }
  if (policy.allow.some((entry) => matchesEntry(name, entry))) return null;
  const reason = policy.refuse.some((entry) => matchesEntry(name, entry))
    ? 'the configuration of this host refuses it'
    : refusedBecause(name);
  return reason === null ? null : complain('NAME_REFUSED', at, `${name} is refused: ${reason}`);
}

function refusedBecause(name: string): string | null {
  const row = REFUSED.find(([, entries]) => entries.some((entry) => matchesEntry(name, entry)));
  return row === undefined ? null : row[0];
}

function matchesEntry(name: string, entry: string): boolean {
  return entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
