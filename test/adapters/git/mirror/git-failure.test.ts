import { describe, expect, test } from 'vitest';
import { explainFailure, redactUrls } from '../../../../src/adapters/git/mirror/git-failure.ts';

const failed = (stderr: string, exitCode = 128) => explainFailure({ ended: 'exit', exitCode, stderr });

const REMOTE =
  'fatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n';

describe('what git and ssh say has a code', () => {
  test.each([
    ['a wrong password', "fatal: Authentication failed for 'https://h/r.git/'\n", 'SOURCE_DENIED'],
    [
      'no password',
      "fatal: could not read Username for 'https://h': terminal prompts disabled\n",
      'SOURCE_DENIED',
    ],
    [
      '403',
      "fatal: unable to access 'https://h/r/': The requested URL returned error: 403\n",
      'SOURCE_DENIED',
    ],
    ['a key that is not let in', `git@h: Permission denied (publickey).\r\n${REMOTE}`, 'SOURCE_DENIED'],
    ['an unknown host key', `Host key verification failed.\r\n${REMOTE}`, 'SERVER_UNTRUSTED'],
    [
      'an unknown host key of one kind',
      `No ED25519 host key is known for [127.0.0.1]:22 and you have requested strict checking.\r\nHost key verification failed.\r\n${REMOTE}`,
      'SERVER_UNTRUSTED',
    ],
    [
      'a certificate (GnuTLS)',
      "fatal: unable to access 'https://h/r/': server certificate verification failed. CAfile: /etc/ca CRLfile: none\n",
      'SERVER_UNTRUSTED',
    ],
    [
      'a certificate (OpenSSL)',
      "fatal: unable to access 'https://h/r/': SSL certificate problem: certificate has expired\n",
      'SERVER_UNTRUSTED',
    ],
    [
      'a certificate of another name',
      "fatal: unable to access 'https://h/r/': SSL: no alternative certificate subject name matches target host name 'h'\n",
      'SERVER_UNTRUSTED',
    ],
    ['a missing branch', "fatal: couldn't find remote ref refs/heads/main\n", 'SOURCE_BRANCH_MISSING'],
    ['a missing commit', 'fatal: remote error: upload-pack: not our ref 1234\n', 'SOURCE_BRANCH_MISSING'],
    ['404', "fatal: repository 'http://h/r/' not found\n", 'SOURCE_UNREACHABLE'],
    [
      '500',
      "fatal: unable to access 'http://h/r/': The requested URL returned error: 500\n",
      'SOURCE_UNREACHABLE',
    ],
    [
      'a redirect',
      "fatal: unable to access 'http://h/r/': The requested URL returned error: 301\n",
      'SOURCE_UNREACHABLE',
    ],
    [
      'nobody there',
      "fatal: unable to access 'http://h/r/': Failed to connect to h port 80: Connection refused\n",
      'SOURCE_UNREACHABLE',
    ],
    [
      'nobody there over ssh',
      `ssh: connect to host h port 22: Connection refused\r\n${REMOTE}`,
      'SOURCE_UNREACHABLE',
    ],
    [
      'no such host',
      `ssh: Could not resolve hostname h: Name or service not known\r\n${REMOTE}`,
      'SOURCE_UNREACHABLE',
    ],
    [
      'a cut answer',
      'fetch-pack: unexpected disconnect while reading sideband packet\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output\n',
      'SOURCE_UNREACHABLE',
    ],
    ['no repository', `fatal: '/x' does not appear to be a git repository\n${REMOTE}`, 'SOURCE_UNREACHABLE'],
    [
      'a pack over the limit',
      'error: index-pack died of signal 25\nfatal: fetch-pack: invalid index-pack output\n',
      'SOURCE_TOO_LARGE',
    ],
    [
      'an object that git refuses',
      "error: object 53edf7b5c6f8b4b1a2c5d4b5c6f8b4b1a2c5d4b5: hasDotdot: contains '..'\nfatal: fsck error in packed object\nfatal: fetch-pack: invalid index-pack output\n",
      'SOURCE_DAMAGED',
    ],
    ['a full disk', 'fatal: write error: No space left on device\nfatal: early EOF\n', 'STATE_UNUSABLE'],
    ['no ssh', `ssh -F none: 1: ssh: not found\n${REMOTE}`, 'SOURCE_UNREACHABLE'],
    ['sha256', 'fatal: mismatched algorithms: client sha1; server sha256\n', 'SOURCE_UNREACHABLE'],
    [
      'sha256 over ssh',
      "fatal: Server does not support this repository's object format\nfatal: the remote end hung up unexpectedly\n",
      'SOURCE_UNREACHABLE',
    ],
  ])('%s', (_what, stderr, code) => {
    expect(failed(stderr)).toMatchObject({ code, suspectsClone: false });
  });

  test('what nothing explains puts the clone under suspicion', () => {
    for (const said of [
      'fatal: bad object refs/source/candidate\n',
      'fatal: bad shallow line: x\n',
      "fatal: not a git repository: '/x'\n",
      '',
    ])
      expect(failed(said)).toMatchObject({ code: 'SOURCE_UNREACHABLE', suspectsClone: true });
  });

  test('what git did not say itself', () => {
    expect(failed('', 127).why).toContain('git is not installed');
    expect(failed('usage: git fetch [<options>]', 129).why).toContain('too old');
    expect(explainFailure({ ended: 'deadline', exitCode: null, stderr: '' }).why).toContain(
      'not done within the time',
    );
    expect(explainFailure({ ended: 'capped', exitCode: null, stderr: '' }).why).toContain('without end');
  });
});

describe('what is quoted', () => {
  test('is one line of what tells, without credentials and control characters', () => {
    const { why } = failed(
      "From https://u:p@h/r\nhint: try this\nfatal: unable to access 'https://u:secret@h/r/': \x1b[31mno\n",
    );
    expect(why).toBe("fatal: unable to access 'https://h/r/': ?[31mno");
  });

  test('is cut short', () => {
    expect(failed(`fatal: ${'x'.repeat(10_000)}`).why.length).toBeLessThan(500);
  });

  test('has no credentials in any URL', () => {
    expect(redactUrls('https://a:b@c/d ssh://git@h/x https://h/a@b')).toBe(
      'https://c/d ssh://h/x https://h/a@b',
    );
  });
});
