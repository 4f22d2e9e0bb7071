import type { ErrorCode } from '../../../core/errors.ts';
import type { GitResult } from '../git-program.ts';
import { GIT_MISSING } from '../launcher.ts';

/** What a failed call of git comes to. */
export interface GitFailure {
  readonly code: ErrorCode;
  /** For people, on one line, without credentials. */
  readonly why: string;
  /** The server did not say it and nothing else explains it: the clone may be damaged. */
  readonly suspectsClone: boolean;
}

type Row = readonly [pattern: RegExp, code: ErrorCode, words?: string];

/**
 * What git 2.30 to 2.39 (with libcurl for GnuTLS and OpenSSL) and OpenSSH 8 to 9 write, in the C locale; the first row
 * that matches counts, so what is certain stands above what follows from it.
 */
const ROWS: readonly Row[] = [
  [/No space left on device|Disk quota exceeded/i, 'STATE_UNUSABLE'],
  [/Out of memory/, 'SOURCE_UNREACHABLE', 'the answer is more than git can hold in memory'],
  [/\bssh: (command )?not found|cannot run ssh\b/, 'SOURCE_UNREACHABLE', 'ssh is not installed; install it'],
  [
    /'remote-https?' is not a git command/,
    'SOURCE_UNREACHABLE',
    'this git cannot speak http; install all of it',
  ],
  [/Host key verification failed|host key for .* has changed|no \S+ host key is known/i, 'SERVER_UNTRUSTED'],
  [/SSL certificate problem|certificate verification failed|no alternative certificate/i, 'SERVER_UNTRUSTED'],
  [/certificate subject name|SSL peer certificate|unable to get local issuer/i, 'SERVER_UNTRUSTED'],
  [/setting certificate (verify locations|file)|reading ca cert|CAfile: /i, 'CONFIG_INVALID'],
  [/Permission denied \(|Too many authentication failures/, 'SOURCE_DENIED'],
  [/Authentication failed for|could not read (Username|Password) for|invalid credentials/i, 'SOURCE_DENIED'],
  [/returned error: 40[13]\b/, 'SOURCE_DENIED'],
  [
    /returned error: 30[1-8]\b/,
    'SOURCE_UNREACHABLE',
    'the server sends to another address, which is not followed; name the new one in repository.url',
  ],
  [/couldn't find remote ref/i, 'SOURCE_BRANCH_MISSING', 'the server has none of this name'],
  [/not our ref|unadvertised object|no such remote ref/i, 'SOURCE_BRANCH_MISSING'],
  [/died of signal 25|File too large/i, 'SOURCE_TOO_LARGE'],
  [/object [0-9a-f]{40}: \w+: |fsck error in pack/, 'SOURCE_DAMAGED'],
  [
    /mismatched algorithms|not support this repository's object format/,
    'SOURCE_UNREACHABLE',
    'sha256 repositories are not supported; use one with sha1',
  ],
  [/returned error: \d{3}|repository '.*' not found|unable to access '/i, 'SOURCE_UNREACHABLE'],
  [/does not appear to be a git repository|Repository not found|Could not resolve/i, 'SOURCE_UNREACHABLE'],
  [/Connection (refused|timed out|reset|closed)|Operation timed out|No route to host/i, 'SOURCE_UNREACHABLE'],
  [/ssh: connect to host|kex_exchange_identification|Broken pipe|is unreachable/i, 'SOURCE_UNREACHABLE'],
  [/remote error: |protocol error: |invalid server response|RPC failed|early EOF/i, 'SOURCE_UNREACHABLE'],
  [/hung up unexpectedly|unexpected disconnect|Could not read from remote/i, 'SOURCE_UNREACHABLE'],
  [/transport '.*' not allowed|dumb http transport/i, 'SOURCE_UNREACHABLE'],
];

/** Takes apart a call that failed; `exitCode` 0 is none. */
export function explainFailure({ ended, exitCode, stderr }: Omit<GitResult, 'stdout'>): GitFailure {
  const certain = (code: ErrorCode, why: string): GitFailure => ({ code, why, suspectsClone: false });
  if (exitCode === GIT_MISSING || ended === 'not started')
    return certain('SOURCE_UNREACHABLE', 'git is not installed; install it or use an https address');
  if (ended === 'deadline')
    return certain('SOURCE_UNREACHABLE', 'it was not done within the time that a fetch may take');
  if (ended === 'capped') return certain('SOURCE_UNREACHABLE', 'the server sends messages without end');
  if (exitCode === 129) return certain('SOURCE_UNREACHABLE', 'this git is too old; it takes 2.30 or later');
  const row = ROWS.find(([pattern]) => pattern.test(stderr));
  const said = quote(stderr);
  if (row === undefined) return { code: 'SOURCE_UNREACHABLE', why: said, suspectsClone: true };
  const [, code, words] = row;
  return certain(code, words === undefined ? said : `${words} (${said})`);
}

const LENGTH = 400;

/** The lines that tell why, or all of them; what a server says may hold terminal sequences and credentials. */
function quote(stderr: string): string {
  const lines = stderr.split(/[\r\n]+/).map((line) => line.trim());
  const telling = lines.filter((line) =>
    /^(fatal|error|ssh|remote|warning|.*\bPermission denied|Host key|No .* host key)\b/.test(line),
  );
  const chosen = (telling.length > 0 ? telling : lines).filter((line) => line !== '');
  const text = [...new Set(chosen)].join('; ').replace(/\p{Cc}/gu, '?');
  return redactUrls(text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text) || 'git said nothing';
}

/** Takes user names and passwords out of every URL in a text. */
export function redactUrls(text: string): string {
  return text.replace(/\/\/[^@/\s]*@/g, '//');
}
