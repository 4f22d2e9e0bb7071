import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Access } from '../../../../src/adapters/git/access.ts';
import { NO_ACCESS } from '../../../helpers/git-places.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import type { TestSshd } from '../../../helpers/ssh-server.ts';
import { hasSshd, startSshd } from '../../../helpers/ssh-server.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';
import { waitFor } from '../../../helpers/wait-for.ts';
import { LIMITS, openMirror, take } from './open-mirror.ts';

const content = { 'env/common.yaml': 'A: 1\n' };

/** A repository behind sshd, and a mirror that keeps its connection. */
async function serve(access: Partial<Access> = {}, fetchMs = 10_000) {
  const repository = new GitRepository();
  repository.commit(content);
  const sshd = await startSshd();
  const knownHostsFile = join(temporaryDirectory(), 'known_hosts');
  writeFileSync(knownHostsFile, sshd.hostLine());
  const url = sshd.urlOf(repository.path);
  const all = { ...NO_ACCESS, identityFile: sshd.identityFile, knownHostsFile, keptSeconds: 90, ...access };
  const { source, clone } = openMirror(url, { access: all, limits: { ...LIMITS, fetchMs } });
  return { repository, sshd, source, url, access: all, clone, sockets: `${clone}.ssh`, knownHostsFile };
}

function loginsAt(sshd: TestSshd): number {
  return sshd.log().match(/Accepted publickey/g)?.length ?? 0;
}

describe.skipIf(!hasSshd)('a connection over ssh that is kept', () => {
  test('serves the first fetch and all later ones', async () => {
    const { repository, sshd, source } = await serve();
    await take(source);
    for (let i = 2; i < 5; i++) {
      const commit = repository.commit({ 'env/common.yaml': `A: ${i}\n` });
      expect(await take(source)).toEqual({ commit, files: { 'env/common.yaml': `A: ${i}\n` } });
    }
    expect(loginsAt(sshd)).toBe(1);
  });

  test('ends by itself when nobody uses it', async () => {
    const { source, sockets } = await serve({ keptSeconds: 1 });
    await source.probe();
    expect(readdirSync(sockets)).toHaveLength(1);
    await waitFor('ssh to end', () => readdirSync(sockets).length === 0);
  });

  test('is for nobody else', async () => {
    const { source, sockets } = await serve();
    await source.probe();
    expect(statSync(sockets).mode & 0o777).toBe(0o700);
    chmodSync(sockets, 0o755);
    await source.probe();
    expect(statSync(sockets).mode & 0o777).toBe(0o700);
  });

  test('that died is replaced within the call', async () => {
    const { repository, sshd, source } = await serve();
    await source.probe();
    const commit = repository.commit(content);
    for (const pid of sshd.sessions()) process.kill(pid, 'SIGKILL');
    expect(await source.probe()).toBe(commit);
    expect(loginsAt(sshd)).toBe(2);
  });

  test('over which nothing comes any more is given up in time, and replaced within the call', async () => {
    const { repository, sshd, source } = await serve({}, 4_000);
    await source.probe();
    const commit = repository.commit({ 'env/common.yaml': 'A: 2\n' });
    for (const pid of sshd.sessions()) process.kill(pid, 'SIGSTOP');
    expect(await source.probe()).toBe(commit);
    expect(loginsAt(sshd)).toBe(2);
  });

  test('is not used for a server that was taken off the list', async () => {
    const { source, knownHostsFile } = await serve();
    await source.probe();
    const known = readFileSync(knownHostsFile, 'utf8');
    writeFileSync(knownHostsFile, '');
    await expect(source.probe()).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    writeFileSync(knownHostsFile, known);
    await source.probe();
  });

  test('is not used with another key', async () => {
    const { sshd, source, access, url, clone } = await serve();
    const identityFile = join(temporaryDirectory(), 'key');
    writeFileSync(identityFile, readFileSync(sshd.identityFile), { mode: 0o600 });
    const { source: other } = openMirror(url, { access: { ...access, identityFile }, clone });
    await other.probe();
    writeFileSync(identityFile, readFileSync(sshd.strangerFile));
    await expect(other.probe()).rejects.toMatchObject({ code: 'SOURCE_DENIED' });
    await source.probe();
  });

  test('is not made where ssh would look for keys by itself, nor where nothing is kept', async () => {
    const { source, sockets } = await serve({ keptSeconds: 0 });
    await source.probe();
    expect(existsSync(sockets)).toBe(false);
  });

  test('is not made where the path is too long for a socket', async () => {
    const { access, url, sshd } = await serve();
    const clone = join(temporaryDirectory(), 'x'.repeat(90), 'clone');
    const { source } = openMirror(url, { access, clone });
    await source.probe();
    await source.probe();
    expect(existsSync(`${clone}.ssh`)).toBe(false);
    expect(loginsAt(sshd)).toBe(2);
  });
});
