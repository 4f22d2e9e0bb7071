import type { SpawnSyncReturns } from 'node:child_process';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import type { CertificateKind } from '../helpers/certificates.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import type { Fault } from '../helpers/faulty-server.ts';
import { startFaultyServer } from '../helpers/faulty-server.ts';
import type { GitHttpServer } from '../helpers/git-http-server.ts';
import { hasGitHttp, startGitHttp } from '../helpers/git-http-server.ts';
import { GitRepository } from '../helpers/git-repository.ts';
import { hasSshd, startSshd } from '../helpers/ssh-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

type Outcome = Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>;

/** Runs git as a plain client; not synchronous, because the server may live in this process. */
async function git(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const own = {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };
  const child = spawn('git', args, { env: { PATH: process.env.PATH, HOME: '/nonexistent', ...own, ...env } });
  const [stdout, stderr] = [text(child.stdout), text(child.stderr)];
  const [status] = await once(child, 'close');
  return { status, stdout: await stdout, stderr: await stderr };
}

function makeRepository() {
  const repository = new GitRepository();
  const commit = repository.commit({ 'env/common.yaml': 'A: 1\n' });
  return { repository, commit, root: dirname(repository.path), name: `${basename(repository.path)}/.git` };
}

/** What was asked, when all of it has been logged. */
async function loggedRequests(server: GitHttpServer, count: number) {
  await waitFor('nginx to log', () => server.requests().length >= count);
  return server.requests();
}

describe.skipIf(!hasGitHttp)('git over HTTP', () => {
  test('is cloned with protocol version 2', async () => {
    const { commit, root, name } = makeRepository();
    const server = await startGitHttp({ root });
    const clone = join(temporaryDirectory(), 'clone');
    expect(await git(['clone', '-q', server.urlOf(name), clone])).toMatchObject({ status: 0 });
    expect((await git(['-C', clone, 'rev-parse', 'HEAD'])).stdout).toBe(`${commit}\n`);
    const requests = await loggedRequests(server, 3);
    expect(requests.map(({ method, status }) => [method, status])).toEqual([
      ['GET', 200],
      ['POST', 200],
      ['POST', 200],
    ]);
    expect(requests[0]).toMatchObject({
      path: `/${name}/info/refs?service=git-upload-pack`,
      gitProtocol: 'version=2',
      hasCredentials: false,
    });
    expect(requests[0]?.sentBytes).toBeGreaterThan(300);
  });

  test('takes a request that is packed with gzip', async () => {
    const { repository, root, name } = makeRepository();
    const clone = join(temporaryDirectory(), 'clone');
    const server = await startGitHttp({ root });
    await git(['clone', '-q', server.urlOf(name), clone]);
    // Newest commits are told first: with these dates the server knows none of the first 16, and is told of more.
    const own = { GIT_COMMITTER_DATE: '@4000000000 +0000' };
    const commit = '-c user.name=a -c user.email=b commit -q -m own --allow-empty'.split(' ');
    for (let count = 0; count < 40; count++)
      expect(await git(['-C', clone, ...commit], own)).toMatchObject({ status: 0 });
    repository.commit({ 'env/common.yaml': 'A: 2\n' });
    expect(await git(['-C', clone, 'fetch', '-q'])).toMatchObject({ status: 0, stderr: '' });
    await waitFor('nginx to log', () =>
      server.requests().some(({ bodyEncoding }) => bodyEncoding === 'gzip'),
    );
  });

  test('asks for name and password', async () => {
    const { root, name } = makeRepository();
    const server = await startGitHttp({ root, login: { username: 'deploy', password: 'se:cret' } });
    expect((await git(['ls-remote', server.urlOf(name)])).stderr).toMatch(/could not read Username/);
    const withLogin = server.urlOf(name).replace('//', '//deploy:se%3Acret@');
    expect(await git(['ls-remote', withLogin])).toMatchObject({ status: 0 });
    const withOther = server.urlOf(name).replace('//', '//deploy:other@');
    expect((await git(['ls-remote', withOther])).stderr).toMatch(/Authentication failed/);
    expect(server.requests().some(({ hasCredentials }) => hasCredentials)).toBe(true);
    await server.restart({});
    expect(await git(['ls-remote', server.urlOf(name)])).toMatchObject({ status: 0 });
  });

  test('redirects', async () => {
    const { commit, root, name } = makeRepository();
    const target = await startGitHttp({ root });
    const server = await startGitHttp({ root, redirect: { from: '/moved/', to: `${target.url}/` } });
    const found = await git(['ls-remote', server.urlOf(`moved/${name}`), 'HEAD']);
    expect(found).toMatchObject({ status: 0, stdout: `${commit}\tHEAD\n` });
    expect((await loggedRequests(server, 1))[0]).toMatchObject({ status: 301 });
    expect(await git(['ls-remote', server.urlOf(name)])).toMatchObject({ status: 0 });
  });

  test.each<[CertificateKind, RegExp]>([
    ['valid', /^$/],
    ['wrong-name', /does not match target host name|no alternative certificate subject name/],
    ['expired', /verification failed|expired/],
    ['foreign-authority', /verification failed|unable to get local issuer/],
  ])('shows a certificate that is %s', async (kind, message) => {
    const { root, name } = makeRepository();
    const authority = makeAuthority();
    const server = await startGitHttp({ root, certificate: authority.issue(kind) });
    const trust = { GIT_SSL_CAINFO: authority.caFile };
    expect((await git(['ls-remote', server.urlOf(name)], trust)).stderr).toMatch(message);
    await server.restart({ certificate: authority.issue('valid') });
    expect(await git(['ls-remote', server.urlOf(name)], trust)).toMatchObject({ status: 0 });
    expect(await git(['ls-remote', server.urlOf(name)])).toMatchObject({ status: 128 });
  });
});

describe.skipIf(!hasSshd)('git over SSH', () => {
  const sshWith = (identity: string, knownHosts: string) => ({
    GIT_SSH_COMMAND:
      `ssh -F none -i ${identity} -o IdentitiesOnly=yes -o BatchMode=yes ` +
      `-o UserKnownHostsFile=${knownHosts} -o StrictHostKeyChecking=yes`,
  });

  test('is cloned by who has the key', async () => {
    const { repository, commit } = makeRepository();
    const server = await startSshd();
    const clone = join(temporaryDirectory(), 'clone');
    const access = sshWith(server.identityFile, server.knownHostsFile);
    expect(await git(['clone', '-q', server.urlOf(repository.path), clone], access)).toMatchObject({
      status: 0,
    });
    expect((await git(['-C', clone, 'rev-parse', 'HEAD'])).stdout).toBe(`${commit}\n`);
    const stranger = sshWith(server.strangerFile, server.knownHostsFile);
    expect((await git(['ls-remote', server.urlOf(repository.path)], stranger)).stderr).toMatch(
      /Permission denied \(publickey\)/,
    );
  });

  test('shows another host key when it is told to', async () => {
    const { repository } = makeRepository();
    const server = await startSshd();
    const access = sshWith(server.identityFile, server.knownHostsFile);
    const list = () => git(['ls-remote', server.urlOf(repository.path)], access);
    await server.changeHostKey();
    expect((await list()).stderr).toMatch(/REMOTE HOST IDENTIFICATION HAS CHANGED/);
    await server.restoreHostKey();
    expect(await list()).toMatchObject({ status: 0, stderr: '' });
    await server.stop();
    expect((await list()).stderr).toMatch(/Connection refused/);
    await server.start();
    expect(await list()).toMatchObject({ status: 0 });
  });

  test('is reached through another port, which has its own line in known_hosts', async () => {
    const { repository } = makeRepository();
    const server = await startSshd();
    const proxy = await startFaultyServer({ kind: 'forward', upstream: server.port });
    const knownHosts = join(temporaryDirectory(), 'known_hosts');
    writeFileSync(knownHosts, server.hostLine(proxy.port));
    const url = server.urlOf(repository.path).replace(`:${server.port}/`, `:${proxy.port}/`);
    expect(await git(['ls-remote', url], sshWith(server.identityFile, knownHosts))).toMatchObject({
      status: 0,
    });
    expect(readFileSync(server.knownHostsFile, 'utf8')).not.toContain(`:${proxy.port} `);
  });
});

describe.skipIf(!hasGitHttp)('a faulty server', () => {
  async function inFront(makeFault: (upstream: number) => Fault) {
    const { repository, root, name } = makeRepository();
    repository.commit({ noise: createHash('shake256', { outputLength: 200_000 }).digest() });
    const server = await startGitHttp({ root });
    const proxy = await startFaultyServer(makeFault(server.port));
    const clone = join(temporaryDirectory(), 'clone');
    const patience = { GIT_HTTP_LOW_SPEED_LIMIT: '100', GIT_HTTP_LOW_SPEED_TIME: '1' };
    const run = () => git(['clone', '-q', `${proxy.url}/${name}`, clone], patience);
    return { server, proxy, run };
  }

  test.each<[string, (upstream: number) => Fault, RegExp]>([
    ['resets in mid-pack', (upstream) => ({ kind: 'reset', upstream, afterBytes: 2000 }), /reset by peer/],
    [
      'cuts in mid-pack',
      (upstream) => ({ kind: 'cut', upstream, afterBytes: 2000 }),
      /closed with|early EOF/,
    ],
    ['stalls in mid-pack', (upstream) => ({ kind: 'stall', upstream, afterBytes: 2000 }), /too slow/],
    ['never answers', () => ({ kind: 'silent' }), /too slow/],
    ['drips', (upstream) => ({ kind: 'drip', upstream }), /too slow/],
  ])('%s, until it forwards', async (_what, makeFault, message) => {
    const { server, proxy, run } = await inFront(makeFault);
    const failed = await run();
    expect(failed.status).toBe(128);
    expect(failed.stderr).toMatch(message);
    expect(proxy.connections()).toBeGreaterThan(0);
    proxy.become({ kind: 'forward', upstream: server.port });
    expect(await run()).toMatchObject({ status: 0, stderr: '' });
    expect(proxy.sentBytes()).toBeGreaterThan(20_000);
  });

  test('answers without end', async () => {
    const head = 'HTTP/1.1 200 OK\r\n\r\n';
    const server = await startFaultyServer({ kind: 'endless', head, filler: '0123' });
    const response = await fetch(server.url);
    let bytes = 0;
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > 10_000_000) break;
    }
    expect(bytes).toBeGreaterThan(10_000_000);
  });
});
