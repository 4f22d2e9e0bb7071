import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { CertificateKind } from '../../helpers/certificates.ts';
import { makeAuthority } from '../../helpers/certificates.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { startFaultyServer } from '../../helpers/faulty-server.ts';
import { startGitHttp } from '../../helpers/git-http-server.ts';
import { NO_ACCESS, writeToken } from '../../helpers/git-places.ts';
import { GitRepository } from '../../helpers/git-repository.ts';
import { descendantsOf } from '../../helpers/server-process.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import type { Bench } from './bench.ts';
import { expectFailure, openAt, readTip } from './bench.ts';

const content = { 'env/common.yaml': 'A: 1\n' };
const TOKEN = 'T0ken-that-nobody:may/see+%41';
const login = { username: 'deploy', password: TOKEN };

function makeRepository() {
  const repository = new GitRepository();
  repository.commit(content);
  return { root: repository.path, name: '.git' };
}

/** A failure that tells the token to nobody, not even in what is behind its message. */
async function expectDiscreetFailure(work: Promise<unknown>, code: string): Promise<string> {
  const failure = await failureOf(work);
  expect(failure).toMatchObject({ code });
  expect(isTelling(failure.whole)).toBe(false);
  return failure.message;
}

/** Whether the token is in it, in any of the forms in which it travels. */
function isTelling(text: string): boolean {
  const forms = [TOKEN, encodeURIComponent(TOKEN), Buffer.from(`deploy:${TOKEN}`).toString('base64')];
  return forms.some((form) => text.includes(form));
}

function readCommandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return ''; // it ended while we looked
  }
}

/** How a source comes in over HTTP and HTTPS; the bench's own places are not used. */
export function httpAccessContract(bench: Bench): void {
  describe('access over HTTP', () => {
    test('a wrong token is denied, and the right one is taken as soon as it is in the file', async () => {
      const { root, name } = makeRepository();
      const server = await startGitHttp({ root, login });
      const tokenFile = writeToken('wrong');
      const access = { ...NO_ACCESS, username: 'deploy', tokenFile };
      const source = openAt(bench, { url: server.urlOf(name), access });
      await expectFailure(source.probe(), 'SOURCE_DENIED');
      writeFileSync(tokenFile, `${TOKEN}\n`);
      expect(await readTip(source)).toMatchObject({ files: content });
      await server.restart({ login: { ...login, password: 'renewed' } });
      await expectDiscreetFailure(source.probe(), 'SOURCE_DENIED');
    });

    test('no token where one is needed is denied', async () => {
      const { root, name } = makeRepository();
      const server = await startGitHttp({ root, login });
      const source = openAt(bench, { url: server.urlOf(name), access: NO_ACCESS });
      await expectFailure(source.probe(), 'SOURCE_DENIED');
    });

    test('a token is in no command line', async () => {
      const server = await startFaultyServer({ kind: 'silent' });
      const access = { ...NO_ACCESS, username: 'deploy', tokenFile: writeToken(TOKEN) };
      const source = openAt(bench, { url: `${server.url}/x.git`, access }, { limits: { fetchMs: 1500 } });
      const seen: string[] = [];
      const timer = setInterval(() => seen.push(...descendantsOf(process.pid).map(readCommandLine)), 20);
      const message = await expectDiscreetFailure(source.probe(), 'SOURCE_UNREACHABLE');
      clearInterval(timer);
      expect(server.connections()).toBeGreaterThan(0);
      expect([message, ...seen].filter(isTelling)).toEqual([]);
    });

    test('a redirect is refused with the new address, which never sees the token', async () => {
      const { root, name } = makeRepository();
      const target = await startGitHttp({ root });
      const redirect = { from: '/', to: `${target.url}/` };
      const server = await startGitHttp({ root, redirect });
      const access = { ...NO_ACCESS, username: 'deploy', tokenFile: writeToken(TOKEN) };
      const source = openAt(bench, { url: server.urlOf(name), access });
      const message = await expectDiscreetFailure(readTip(source), 'SOURCE_UNREACHABLE');
      expect(message).toContain(target.urlOf(name));
      await waitFor('the redirect to be logged', () => server.requests().length > 0);
      expect(target.requests().filter(({ hasCredentials }) => hasCredentials)).toEqual([]);
      await server.restart({ login });
      expect(await readTip(source)).toMatchObject({ files: content });
    });

    test('a redirect that comes later is refused too', async () => {
      const { root, name } = makeRepository();
      const target = await startGitHttp({ root });
      const server = await startGitHttp({ root, login });
      const access = { ...NO_ACCESS, username: 'deploy', tokenFile: writeToken(TOKEN) };
      const source = openAt(bench, { url: server.urlOf(name), access });
      await readTip(source);
      await server.restart({ redirect: { from: '/', to: `${target.url}/` } });
      await expectDiscreetFailure(source.probe(), 'SOURCE_UNREACHABLE');
      expect(target.requests()).toEqual([]);
    });

    test.each<CertificateKind>(['wrong-name', 'expired', 'foreign-authority'])(
      'a certificate that is %s is not trusted, and a valid one is',
      async (kind) => {
        const { root, name } = makeRepository();
        const authority = makeAuthority();
        const server = await startGitHttp({ root, login, certificate: authority.issue(kind) });
        const access = {
          ...NO_ACCESS,
          username: 'deploy',
          tokenFile: writeToken(TOKEN),
          caFile: authority.caFile,
        };
        const source = openAt(bench, { url: server.urlOf(name), access });
        await expectDiscreetFailure(source.probe(), 'SERVER_UNTRUSTED');
        expect(server.requests()).toEqual([]);
        await server.restart({ login, certificate: authority.issue('valid') });
        expect(await readTip(source)).toMatchObject({ files: content });
        await server.restart({ login, certificate: authority.issue(kind) });
        await expectDiscreetFailure(source.probe(), 'SERVER_UNTRUSTED');
      },
    );

    test('an authority of its own is not trusted where the host does not name it', async () => {
      const { root, name } = makeRepository();
      const server = await startGitHttp({ root, certificate: makeAuthority().issue('valid') });
      const source = openAt(bench, { url: server.urlOf(name), access: NO_ACCESS });
      await expectFailure(source.probe(), 'SERVER_UNTRUSTED');
    });

    test.each<[string, string, string]>([
      ['a page', 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<h1>', 'Hello '],
      [
        'refs',
        'HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-result\r\n\r\n',
        `003d${'1'.repeat(40)} refs/heads/main\n`,
      ],
      ['an error', 'HTTP/1.1 500 Internal Server Error\r\n\r\n', 'x'],
    ])('%s without end is an end within the deadline', async (_what, head, filler) => {
      const server = await startFaultyServer({ kind: 'endless', head, filler });
      const limits = { fetchMs: 1500 };
      const source = openAt(bench, { url: `${server.url}/x.git`, access: NO_ACCESS }, { limits });
      const start = performance.now();
      const { code } = await failureOf(source.probe());
      expect(['SOURCE_UNREACHABLE', 'SOURCE_TOO_LARGE']).toContain(code);
      expect(performance.now() - start).toBeLessThan(5000);
    });
  });
}
