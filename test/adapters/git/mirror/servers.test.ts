import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Access } from '../../../../src/adapters/git/access.ts';
import { makeAuthority } from '../../../helpers/certificates.ts';
import { startFaultyServer } from '../../../helpers/faulty-server.ts';
import { hasGitHttp, startGitHttp } from '../../../helpers/git-http-server.ts';
import { NO_ACCESS } from '../../../helpers/git-places.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { hasSshd, startSshd } from '../../../helpers/ssh-server.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { LIMITS, openMirror, take } from './open-mirror.ts';

const content = { 'reconcile.yaml': 'format: 1\n', 'env/common.yaml': 'A: 1\n' };
const newer = { ...content, 'env/common.yaml': 'A: 2\n' };

function writeToken(token: string): string {
  const path = join(temporaryDirectory(), 'token');
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return path;
}

/** Processes whose working directory is the clone: every git of it, and all that it started. */
function processesOf(clone: string): readonly string[] {
  return readdirSync('/proc').flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return [];
    try {
      const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
      return environment.includes(`GIT_CONFIG_GLOBAL=${clone}`)
        ? [readFileSync(`/proc/${pid}/cmdline`, 'latin1')]
        : [];
    } catch {
      return []; // it ended while we looked
    }
  });
}

describe.skipIf(!hasGitHttp)('over http', () => {
  async function serve(behaviour = {}) {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    const server = await startGitHttp({ root: dirname(repository.path), ...behaviour });
    return { repository, commit, server, url: server.urlOf(`${basename(repository.path)}/.git`) };
  }

  test('a commit and the next one come in', async () => {
    const { repository, commit, url } = await serve();
    const { source, clone } = openMirror(url);
    expect(await take(source)).toEqual({ commit, files: content });
    const second = repository.commit(newer);
    expect(await take(source)).toEqual({ commit: second, files: newer });
    expect(processesOf(clone)).toEqual([]);
  });

  test('a token is read at each use and stays in no file, argument or message', async () => {
    const login = { username: 'git', password: 'right-one' };
    const { commit, server, url } = await serve({ login });
    const tokenFile = writeToken('wrong-one');
    const { source, clone } = openMirror(url, { access: { ...NO_ACCESS, tokenFile } });
    const denied = await source.probe().catch((error: unknown) => error);
    expect(denied).toMatchObject({ code: 'SOURCE_DENIED' });
    expect(JSON.stringify(denied) + String(denied)).not.toMatch(/wrong-one|Basic/);
    writeFileSync(tokenFile, 'right-one\n');
    expect(await take(source)).toEqual({ commit, files: content });
    expect(
      server
        .requests()
        .filter(({ status }) => status === 200)
        .every(({ hasCredentials }) => hasCredentials),
    ).toBe(true);
    const found = spawnSync('grep', ['-rl', '-e', 'Basic', '-e', 'right-one', clone], { encoding: 'utf8' });
    expect(found).toMatchObject({ stdout: '', status: 1 });
  });

  test('a server that wants a password which nobody gave denies', async () => {
    const { url } = await serve({ login: { username: 'git', password: 'x' } });
    await expect(openMirror(url).source.probe()).rejects.toMatchObject({ code: 'SOURCE_DENIED' });
  });

  test('a repository that is not there is unreachable', async () => {
    const { server } = await serve();
    const { source } = openMirror(server.urlOf('nowhere.git'));
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  });

  test('a redirect is refused, and the token goes nowhere else', async () => {
    const other = await serve();
    const { server, url } = await serve();
    await server.restart({ redirect: { from: '/', to: `${other.server.url}/` } });
    const { source } = openMirror(url, { access: { ...NO_ACCESS, tokenFile: writeToken('secret') } });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await expect(source.probe()).rejects.toThrow('sends to another address');
    expect(other.server.requests()).toEqual([]);
  });

  test('a proxy is used as the environment says', async () => {
    const proxy = await startFaultyServer({ kind: 'silent' });
    const access = { ...NO_ACCESS, proxies: { http_proxy: proxy.url } };
    const { source } = openMirror('http://env.example/r.git', {
      access,
      limits: { ...LIMITS, fetchMs: 1_000 },
    });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(proxy.connections()).toBeGreaterThan(0);
  });

  test('the own authority is trusted, and nothing that it did not issue rightly', async () => {
    const authority = makeAuthority();
    const { commit, server, url } = await serve({ certificate: authority.issue('valid') });
    const { source } = openMirror(url, { access: { ...NO_ACCESS, caFile: authority.caFile } });
    expect(await take(source)).toEqual({ commit, files: content });
    for (const kind of ['wrong-name', 'expired', 'foreign-authority'] as const) {
      await server.restart({ certificate: authority.issue(kind) });
      await expect(source.probe(), kind).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    }
    await server.restart({ certificate: authority.issue('valid') });
    await expect(openMirror(url).source.probe()).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    expect(await source.probe()).toBe(commit);
  });

  test.each(['silent', 'stall', 'drip'] as const)(
    'a server that goes %s is given up in time, with every process',
    async (kind) => {
      const { server, url } = await serve();
      const faulty = await startFaultyServer({ kind, upstream: server.port, afterBytes: 400, everyMs: 500 });
      const { source, clone } = openMirror(url.replace(String(server.port), String(faulty.port)), {
        limits: { ...LIMITS, fetchMs: 1_500 },
      });
      const probed = source.probe().catch((error: unknown) => error);
      await waitFor('git to speak', () => faulty.connections() > 0);
      expect(processesOf(`${clone}.fresh`).length).toBeGreaterThan(1);
      expect(await probed).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
      expect(processesOf(`${clone}.fresh`)).toEqual([]);
    },
  );

  test.each(['reset', 'cut'] as const)(
    'an answer that is %s anywhere leaves the clone as it was',
    async (kind) => {
      const { repository, commit, server, url } = await serve();
      const faulty = await startFaultyServer({ kind: 'forward', upstream: server.port });
      const { source } = openMirror(url.replace(String(server.port), String(faulty.port)));
      await take(source);
      const second = repository.commit(newer);
      for (const afterBytes of [1, 300, 800, 1100, 1300]) {
        faulty.become({ kind, upstream: server.port, afterBytes });
        const probed = await source.probe().catch((error: unknown) => error);
        if (probed !== second) expect(probed).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
        expect(await source.read(commit)).toMatchObject({ commit });
      }
      faulty.become({ kind: 'forward', upstream: server.port });
      expect(await take(source)).toEqual({ commit: second, files: newer });
    },
  );

  test('a server that talks without end is cut off before it fills the memory', async () => {
    const faulty = await startFaultyServer({
      kind: 'endless',
      head: 'HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\r\n',
      filler: 'x',
    });
    const { source, clone } = openMirror(`${faulty.url}/r.git`);
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    await expect(source.probe()).rejects.toThrow('more than git can hold in memory');
    expect(processesOf(clone)).toEqual([]);
  });
});

describe.skipIf(!hasSshd)('over ssh', () => {
  async function serve() {
    const repository = new GitRepository();
    const commit = repository.commit(content);
    const sshd = await startSshd();
    const { identityFile, knownHostsFile } = sshd;
    const access: Access = { ...NO_ACCESS, identityFile, knownHostsFile };
    return { repository, commit, sshd, access, url: sshd.urlOf(repository.path) };
  }

  test('a commit and the next one come in', async () => {
    const { repository, commit, url, access } = await serve();
    const { source, clone } = openMirror(url, { access });
    expect(await take(source)).toEqual({ commit, files: content });
    const second = repository.commit(newer);
    expect(await take(source)).toEqual({ commit: second, files: newer });
    expect(processesOf(clone)).toEqual([]);
  });

  test('a key that is not let in is denied', async () => {
    const { sshd, url, access } = await serve();
    const { source } = openMirror(url, { access: { ...access, identityFile: sshd.strangerFile } });
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_DENIED' });
  });

  test('a host key that changed or is unknown is not trusted', async () => {
    const { commit, sshd, url, access } = await serve();
    const { source } = openMirror(url, { access });
    await source.probe();
    await sshd.changeHostKey();
    await expect(source.probe()).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    await sshd.restoreHostKey();
    expect(await source.probe()).toBe(commit);
    const knownHostsFile = join(temporaryDirectory(), 'known_hosts');
    writeFileSync(knownHostsFile, '');
    const unknown = openMirror(url, { access: { ...access, knownHostsFile } });
    await expect(unknown.source.probe()).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    expect(readFileSync(knownHostsFile, 'utf8')).toBe('');
  });

  test('a server that is away or has no such repository is unreachable', async () => {
    const { sshd, url, access } = await serve();
    await expect(openMirror(`${url}-gone`, { access }).source.probe()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
    await sshd.stop();
    await expect(openMirror(url, { access }).source.probe()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
  });

  test('a server that never answers is given up in time, with every process', async () => {
    const { sshd, repository, access } = await serve();
    const faulty = await startFaultyServer({ kind: 'silent' });
    const url = sshd.urlOf(repository.path).replace(String(sshd.port), String(faulty.port));
    const { source, clone } = openMirror(url, { access, limits: { ...LIMITS, fetchMs: 1_500 } });
    const probed = source.probe().catch((error: unknown) => error);
    await waitFor('ssh to speak', () => faulty.connections() > 0);
    expect(processesOf(`${clone}.fresh`).some((line) => line.startsWith('ssh\0'))).toBe(true);
    expect(await probed).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(processesOf(`${clone}.fresh`)).toEqual([]);
  });
});

describe('a file of the access', () => {
  test.each<[string, Partial<Access>, RegExp]>([
    ['that is missing', { tokenFile: '/nowhere/token' }, /cannot read the token from \/nowhere\/token/],
    ['that is missing', { caFile: '/nowhere/ca' }, /CA file/],
    ['that is missing', { identityFile: '/nowhere/key' }, /identity file/],
    ['that is missing', { knownHostsFile: '/nowhere/hosts' }, /known_hosts file/],
    [
      'that a shell would read otherwise',
      { identityFile: '/x/$(touch owned)' },
      /has a character other than/,
    ],
  ])('%s is told before anybody is asked', async (_what, part, message) => {
    const { source } = openMirror('file:///nowhere', { access: { ...NO_ACCESS, ...part } });
    await expect(source.probe()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(source.probe()).rejects.toThrow(message);
  });

  test.each(['', 'two\nlines', 'bell\x07'])('that holds no token (%j) is told', async (text) => {
    const tokenFile = writeToken(text);
    const { source } = openMirror('file:///nowhere', { access: { ...NO_ACCESS, tokenFile } });
    await expect(source.probe()).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
