import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeAuthority } from '../helpers/certificates.ts';
import { hasGitHttp, startGitHttp } from '../helpers/git-http-server.ts';
import { hasSshd, startSshd } from '../helpers/ssh-server.ts';
import { RealHost } from './real-host.ts';

interface Remote {
  readonly settings: Readonly<Record<string, string>>;
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
}

const LOGIN = { username: 'git', password: 'a-very-secret-token' };

if (!hasGitHttp) console.warn('SKIPPED: a repository behind a web server needs nginx and fcgiwrap');
if (!hasSshd) console.warn('SKIPPED: a repository behind ssh needs sshd');

async function serveHttps(host: RealHost): Promise<Remote> {
  const authority = makeAuthority();
  const behaviour = { certificate: authority.issue('valid'), login: LOGIN };
  const server = await startGitHttp({ root: dirname(host.bare), ...behaviour });
  const token = join(host.directory, 'token');
  writeFileSync(token, `${LOGIN.password}\n`, { mode: 0o600 });
  return {
    settings: { url: server.urlOf('config.git'), token_file: token, ca_file: authority.caFile },
    stop: () => server.stop(),
    start: () => server.restart(behaviour),
  };
}

async function serveSsh(host: RealHost): Promise<Remote> {
  const server = await startSshd();
  return {
    settings: {
      url: server.urlOf(host.bare),
      identity_file: server.identityFile,
      known_hosts: server.knownHostsFile,
    },
    stop: () => server.stop(),
    start: () => server.start(),
  };
}

const REMOTES: readonly (readonly [string, boolean, (host: RealHost) => Promise<Remote>])[] = [
  ['https, without git', hasGitHttp, serveHttps],
  [
    'https, through a clone',
    hasGitHttp,
    async (host) => {
      const remote = await serveHttps(host);
      return { ...remote, settings: { ...remote.settings, transport: 'mirror' } };
    },
  ],
  ['ssh', hasSshd, serveSsh],
];

describe.each(REMOTES)('a repository behind %s', (_name, isThere, serve) => {
  test.skipIf(!isThere)('goes live, is silent, goes back by revert', async () => {
    const host = await RealHost.start();
    host.configure('', (await serve(host)).settings);
    expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
    expect(await host.ask('A')).toBe('one');
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
    expect(host.once()).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect(await host.ask('A')).toBe('two');
    await host.revert();
    expect(host.once()).toMatchObject({ exit: 0 });
    expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual(['one', 3]);
  });

  test.skipIf(!isThere)(
    'that is away is exit code 12: drift is healed, and status tells since when',
    async () => {
      const host = await RealHost.start();
      const remote = await serve(host);
      host.configure('', remote.settings);
      expect(host.once()).toMatchObject({ exit: 0 });
      await remote.stop();
      rmSync(host.shellPath);
      const away = host.once();
      expect(away).toMatchObject({ exit: 12, stderr: expect.stringContaining('[SOURCE_UNREACHABLE]') });
      expect(away.stderr).not.toContain(LOGIN.password);
      expect(readFileSync(host.shellPath, 'utf8')).toContain("export A='one'");
      const status = JSON.parse(host.call('status', '--json', '--config', host.config).stdout);
      expect(status.contact.ageSeconds).toBeLessThan(120);
      expect(host.call('status', '--config', host.config).stdout).toMatch(/^contact {2}last at .* s ago$/m);
      await remote.start();
      expect(host.once()).toEqual({ exit: 0, stdout: '', stderr: '' });
    },
  );

  test.skipIf(!isThere)('is refused when it was forced back, until that is accepted by name', async () => {
    const host = await RealHost.start();
    host.configure('', (await serve(host)).settings);
    const first = await host.commit({ 'env/common.yaml': 'A: one\n' });
    host.once();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    host.once();
    await host.rewind(first);
    expect(host.once()).toMatchObject({ exit: 15, stderr: expect.stringContaining('[SOURCE_REWOUND]') });
    expect(host.call('accept-rewind', first, '--config', host.config)).toMatchObject({ exit: 0 });
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(await host.ask('A')).toBe('one');
  });
});

test.skipIf(!hasGitHttp)('a token is read anew at each run, and never shown', async () => {
  const host = await RealHost.start();
  const { settings } = await serveHttps(host);
  host.configure('', settings);
  const { token_file: token = '' } = settings;
  writeFileSync(token, 'wrong\n');
  const denied = host.once('--verbose');
  expect(denied).toMatchObject({ exit: 12, stderr: expect.stringContaining('[SOURCE_DENIED]') });
  expect(existsSync(host.shellPath)).toBe(false);
  writeFileSync(token, `${LOGIN.password}\n`);
  const { stdout, stderr, exit } = host.once('--verbose');
  expect([exit, `${stdout}${stderr}`.includes(LOGIN.password)]).toEqual([0, false]);
});

test.skipIf(!hasGitHttp || !hasSshd)(
  'a mirror is asked when the first address is away, and that is told',
  async () => {
    const host = await RealHost.start();
    const first = await serveSsh(host);
    const second = await serveHttps(host);
    const { url: mirror = '', ...access } = second.settings;
    host.configure('', { ...first.settings, ...access, mirrors: `[${JSON.stringify(mirror)}]` });
    expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
    await first.stop();
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 0, stderr: expect.stringContaining('passed-over') });
    expect(await host.ask('A')).toBe('two');
  },
);

test('a commit goes live only when somebody on the list signed it', async () => {
  const host = await RealHost.start();
  const key = join(host.directory, 'signer');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'test', '-f', key]);
  const signers = join(host.directory, 'allowed_signers');
  const listed = `admin@example.com namespaces="git" ${readFileSync(`${key}.pub`, 'utf8')}`;
  writeFileSync(signers, listed, { mode: 0o600 });
  const id = '6e1f3c1e-0d7f-4c5e-9f0a-3d1c2b4a5968';
  const repository = { url: host.bare, id, verify: 'all-new', allowed_signers: signers };
  host.configure('', repository);
  expect(host.once()).toMatchObject({
    exit: 15,
    stderr: expect.stringMatching(/is not signed.*\[COMMIT_UNTRUSTED\]/s),
  });
  expect(existsSync(host.shellPath)).toBe(false);
  await host.signWith(key);
  await host.commit({ 'env/common.yaml': 'A: signed\n' });
  expect(host.once()).toMatchObject({ exit: 0 });
  expect(await host.ask('A')).toBe('signed');
  host.configure('', { ...repository, id: 'another' });
  expect(host.once()).toMatchObject({ exit: 15, stderr: expect.stringContaining('[SOURCE_FOREIGN]') });
});
