import { describe, expect, test } from 'vitest';
import { checkName, DEFAULT_NAMES } from '../../src/core/names.ts';

const at = { file: 'f', line: 1, column: 1 };
const codeOf = (name: string, policy = DEFAULT_NAMES) => checkName(name, policy, at)?.code ?? null;

test.each([
  'A',
  '_A',
  'a1',
  'LANG',
  'LC_CTYPE',
  'TZ',
  'APP_ENV',
  'DB_HOST',
  'HTTPD_ROOT',
  'PATHS',
  'GITLAB_URL',
  'PHP_ENV',
  '__proto__',
  'constructor',
  'A'.repeat(128),
])('%s is a name', (name) => {
  expect(codeOf(name)).toBeNull();
});

test.each(['', '1A', 'A-B', 'A.B', 'A B', 'É', 'A\n', '特', 'A'.repeat(129)])('%j is no name', (name) => {
  expect(codeOf(name)).toBe('NAME_INVALID');
});

test.each([
  ...[
    'LD_PRELOAD',
    'LD_LIBRARY_PATH',
    'GLIBC_TUNABLES',
    'BASH_ENV',
    'ENV',
    'BASH_FUNC_x',
    'PS1',
    'PS4',
    'PROMPT_COMMAND',
  ],
  ...[
    'UID',
    'EUID',
    'PPID',
    'BASHOPTS',
    'SHELLOPTS',
    'BASH_VERSINFO',
    'RANDOM',
    'SECONDS',
    'LINENO',
    'HISTCMD',
    'GROUPS',
    '_',
  ],
  ...[
    'FUNCNAME',
    'DIRSTACK',
    'BASHPID',
    'EPOCHSECONDS',
    'USERNAME',
    'PIPESTATUS',
    'KSH_VERSION',
    'status',
    'path',
    'argv',
  ],
  ...[
    'PATH',
    'IFS',
    'CDPATH',
    'TMOUT',
    'POSIXLY_CORRECT',
    'LC_ALL',
    'TMPDIR',
    'HOME',
    'USER',
    'LOGNAME',
    'SHELL',
  ],
  ...[
    'PHP_INI_SCAN_DIR',
    'PHPRC',
    'PHP_VALUE',
    'PHP_ADMIN_VALUE',
    'FPM_SOCKETS',
    'HTTP_PROXY',
    'FCGI_ROLE',
    'GATEWAY_INTERFACE',
  ],
  ...[
    'NODE_OPTIONS',
    'PYTHONPATH',
    'PERL5LIB',
    'RUBYOPT',
    'GIT_DIR',
    'SSH_AUTH_SOCK',
    'LESSOPEN',
    'EDITOR',
    'VISUAL',
    'PAGER',
  ],
  ...['REQUEST_METHOD', 'SCRIPT_FILENAME', 'REMOTE_ADDR', 'DOCUMENT_ROOT', 'QUERY_STRING'],
])('%s is refused with a reason', (name) => {
  const complaint = checkName(name, DEFAULT_NAMES, at);
  expect(complaint?.code).toBe('NAME_REFUSED');
  expect(complaint?.message).toMatch(/ is refused: .{20,}/);
});

describe('the configuration of a host', () => {
  test('refuses more names and prefixes', () => {
    const policy = { refuse: ['SECRET', 'X_*'], allow: [] };
    expect(['SECRET', 'SECRETS', 'X_', 'X_A', 'XA'].map((name) => codeOf(name, policy))).toEqual([
      'NAME_REFUSED',
      null,
      'NAME_REFUSED',
      'NAME_REFUSED',
      null,
    ]);
  });

  test('allows what would be refused, but never what is no name', () => {
    const policy = { refuse: ['X_*'], allow: ['PATH', 'GIT_*', 'X_A', 'A-B'] };
    expect(['PATH', 'GIT_DIR', 'X_A', 'X_B', 'A-B', 'HOME'].map((name) => codeOf(name, policy))).toEqual([
      null,
      null,
      null,
      'NAME_REFUSED',
      'NAME_INVALID',
      'NAME_REFUSED',
    ]);
  });
});
