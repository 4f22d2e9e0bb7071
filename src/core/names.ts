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

/** Why names are refused; prefixes end in `*`. Measured in php-fpm 8.2 and in dash, bash, zsh, busybox ash, mksh and ksh93. */
export const REFUSED_NAMES: readonly (readonly [reason: string, names: readonly string[]])[] = [
  [LOADER, split('LD_* GLIBC_TUNABLES GCONV_PATH LOCPATH OPENSSL_CONF')],
  [
    SHELL_CODE,
    split(
      'ENV ZDOTDIR PS0 PS1 PS2 PS3 PS4 PROMPT PROMPT2 PROMPT3 PROMPT4 PROMPT_COMMAND RPROMPT RPROMPT2 RPS1 RPS2 SPROMPT prompt',
    ),
  ],
  [SHELL_CODE, split('FPATH MODULE_PATH EXECSHELL')],
  [SHELL_OWN, split('_ BASH_* BASHOPTS BASHPID SHELLOPTS UID EUID GID EGID PPID PGRP USER_ID USERNAME KSH*')],
  [
    SHELL_OWN,
    split('RANDOM SRANDOM SECONDS LINENO GROUPS FUNCNAME FUNCNEST DIRSTACK EPOCHSECONDS EPOCHREALTIME'),
  ],
  [
    SHELL_OWN,
    split('OPTIND PIPESTATUS ERRNO ARGC SHLVL COLUMNS LINES LISTMAX KEYBOARD_HACK KEYTIMEOUT TTYIDLE'),
  ],
  [SHELL_OWN, split('HISTCMD HISTSIZE SAVEHIST MAILCHECK TRY_BLOCK_* ZSH_EVAL_CONTEXT ZSH_SUBSHELL zsh_*')],
  [
    SHELL_OWN,
    split('status argv path cdpath fpath manpath mailpath module_path fignore psvar options signals'),
  ],
  [
    SHELL_OWN,
    split(
      'aliases galiases saliases dis_* functions functions_source builtins commands history historywords',
    ),
  ],
  [
    SHELL_OWN,
    split(
      'funcfiletrace funcsourcetrace funcstack functrace jobdirs jobstates jobtexts keymaps modules nameddirs parameters patchars pipestatus',
    ),
  ],
  [SHELL_OWN, split('reswords termcap terminfo userdirs usergroups widgets')],
  [SHELL_WORK, split('PATH IFS CDPATH TMOUT POSIXLY_CORRECT LC_ALL TMPDIR MAILPATH HISTFILE')],
  [ACCOUNT, split('HOME USER LOGNAME SHELL')],
  [PHP, split('PHP_INI_SCAN_DIR PHPRC PHP_VALUE PHP_ADMIN_VALUE FPM_SOCKETS')],
  [RUNTIME, split('NODE_OPTIONS NODE_PATH PYTHON* PERL5* PERLLIB RUBYOPT RUBYLIB LUA_INIT*')],
  [
    TOOL,
    split(
      'GIT_* SSH_* LESSOPEN LESSCLOSE EDITOR VISUAL PAGER MANPAGER SYSTEMD_PAGER SUDO_EDITOR TAR_OPTIONS',
    ),
  ],
  [
    CGI,
    split(
      'HTTP_* FCGI_* GATEWAY_INTERFACE SERVER_NAME SERVER_PORT SERVER_PROTOCOL SERVER_SOFTWARE SERVER_ADDR',
    ),
  ],
  [
    CGI,
    split(
      'REMOTE_ADDR REMOTE_HOST REMOTE_IDENT REMOTE_PORT REMOTE_USER AUTH_TYPE CONTENT_LENGTH CONTENT_TYPE',
    ),
  ],
  [CGI, split('DOCUMENT_ROOT DOCUMENT_URI PATH_INFO PATH_TRANSLATED HTTPS QUERY_STRING REQUEST_METHOD')],
  [CGI, split('REQUEST_SCHEME REQUEST_URI REQUEST_TIME* SCRIPT_FILENAME SCRIPT_NAME PHP_SELF PHP_AUTH_*')],
  [CGI, split('ORIG_PATH_INFO REDIRECT_STATUS argc')],
];

function split(names: string): readonly string[] {
  return names.split(' ');
}

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
  const row = REFUSED_NAMES.find(([, entries]) => entries.some((entry) => matchesEntry(name, entry)));
  return row === undefined ? null : row[0];
}

function matchesEntry(name: string, entry: string): boolean {
  return entry.endsWith('*') ? name.startsWith(entry.slice(0, -1)) : name === entry;
}
