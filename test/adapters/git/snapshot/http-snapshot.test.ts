import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Tracked } from '../../../../src/core/git/tracked.ts';
import { dropVersion, startRelay } from '../../../helpers/bending-relay.ts';
import { makeAuthority } from '../../../helpers/certificates.ts';
import { startFaultyServer } from '../../../helpers/faulty-server.ts';
import { startGitHttp } from '../../../helpers/git-http-server.ts';
import { GitRepository } from '../../../helpers/git-repository.ts';
import { temporaryDirectory } from '../../../helpers/temporary-directory.ts';
import { content, loggedRequests, openAt, readText, serveRepository } from './snapshot-setup.ts';

const VERSION_0 = { request: dropVersion };

describe('a commit', () => {
  test('is probed by one request, however many refs there are, and read by one more', async () => {
    const { repository, server, open } = await serveRepository();
    const commit = repository.commit(content);
    const refs = Array.from({ length: 2000 }, (_, i) => `create refs/heads/main${i} ${commit}\n`);
    execFileSync('git', ['update-ref', '--stdin'], { cwd: repository.path, input: refs.join('') });
    const source = open();
    expect(await source.probe()).toBe(commit);
    expect(await source.inspect(commit)).toMatchObject({ oid: commit, parents: [] });
    expect(await readText(source, commit)).toEqual(content);
    expect(await source.probe()).toBe(commit);
    const requests = await loggedRequests(server, 3);
    expect(requests.map(({ method, gitProtocol }) => `${method} ${gitProtocol}`)).toEqual(
      Array(3).fill('POST version=2'),
    );
  });

  test('costs a probe of less than 500 bytes each way', async () => {
    const { repository, server, open } = await serveRepository();
    repository.commit(content);
    repository.git('branch', 'other');
    await open().probe();
    const requests = await loggedRequests(server, 1);
    expect(requests[0]?.receivedBytes).toBeLessThan(500);
    expect(requests[0]?.sentBytes).toBeLessThan(500);
  });

  test('after another one costs one request of two: probe and fetch', async () => {
    const { repository, server, open } = await serveRepository();
    const source = open();
    for (let round = 0; round < 3; round++) {
      const live = round === 0 ? null : await source.probe();
      const commit = repository.commit({ ...content, 'env/common.yaml': `A: ${round}\n` });
      expect(await source.probe()).toBe(commit);
      if (live !== null)
        expect(await source.compare(commit, live)).toMatchObject({
          relation: 'fast-forward',
          commits: [{ oid: commit }],
        });
      await source.inspect(commit);
      expect((await readText(source, commit))['env/common.yaml']).toBe(`A: ${round}\n`);
    }
    await loggedRequests(server, 2 + 3 + 3);
  });

  test('is read from packs of deltas too, with what does not count left alone', async () => {
    const { repository, open } = await serveRepository();
    for (let round = 0; round < 5; round++)
      repository.commit({
        ...content,
        'env/a.yaml': `A: ${round}\n`.repeat(500),
        'env/b.yaml': `A: ${round}\n`.repeat(499),
      });
    repository.git('gc', '-q', '--aggressive', '--prune=now');
    const commit = repository.commit({ ...content, 'docs/large.bin': new Uint8Array(2e6) });
    const files = await readText(open(), commit);
    expect(files).toMatchObject({ ...content, 'env/a.yaml': 'A: 4\n'.repeat(500) });
    expect(Object.keys(files)).toHaveLength(5);
  });

  test('with a file that is too large has it rejected, and is refused when memory is at stake', async () => {
    const { repository, open } = await serveRepository();
    const large = repository.commit({ ...content, 'env/large': new Uint8Array(2e6) });
    expect((await open().read(large)).rejected).toEqual([
      { path: 'env/large', why: 'has 2000000 bytes, more than 1048576' },
    ]);
    const bomb = repository.commit({ 'env/large': new Uint8Array(17e6) });
    await expect(open().read(bomb)).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' });
  });

  test('beside what is far too large is read, where the server can leave that out', async () => {
    const { repository, open, server } = await serveRepository();
    repository.git('config', 'uploadpack.allowFilter', 'true');
    const exact = 'x'.repeat(1024 * 1024);
    const files = { ...content, 'env/exact': exact, 'docs/film': new Uint8Array(20e6) };
    const first = repository.commit(files);
    const source = open();
    expect(await readText(source, first)).toEqual({ ...content, 'env/exact': exact });
    await loggedRequests(server, 3);
    const second = repository.commit({ 'env/exact': `${exact}x` });
    const { rejected } = await source.read(second);
    expect(rejected).toEqual([
      { path: 'env/exact', why: 'was left out by the server, because it has more than 1048576 bytes' },
    ]);
    await loggedRequests(server, 4);
  });

  test('in a pack that is too large is refused before all of it has come', async () => {
    const { repository, open } = await serveRepository();
    const noise = execFileSync('openssl', ['rand', '2000000'], { maxBuffer: 3e6 });
    const commit = repository.commit({ 'env/noise': noise });
    await expect(open({ limits: { packBytes: 1e6 } }).read(commit)).rejects.toMatchObject({
      code: 'SOURCE_TOO_LARGE',
      message: expect.stringMatching(/answers with more than 1010000 bytes/),
    });
  });

  test('that is not there is refused in the words of the server', async () => {
    const { repository, open, url } = await serveRepository();
    repository.commit(content);
    await expect(open().read('1'.repeat(40))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `${url} says: upload-pack: not our ref ${'1'.repeat(40)}`,
    });
  });

  test('that is to be live and is not there is missing', async () => {
    const { repository, open, url } = await serveRepository();
    repository.commit(content);
    const name = '1'.repeat(40);
    await expect(open({ tracked: { kind: 'commit', name } }).read(name)).rejects.toMatchObject({
      code: 'SOURCE_BRANCH_MISSING',
      message: `${url} has no commit ${name}`,
    });
  });

  test('is no tree', async () => {
    const { repository, open } = await serveRepository();
    repository.commit(content);
    await expect(open().read(repository.git('rev-parse', 'HEAD^{tree}'))).rejects.toMatchObject({
      code: 'SOURCE_DAMAGED',
    });
  });
});

describe.each([
  ['version 2', {}],
  ['version 0', VERSION_0],
])('what is live, from a server of %s, can be', (_version, bends) => {
  test('a tag of either kind, or a branch by its whole name', async () => {
    const { repository, server } = await serveRepository();
    const relay = await startRelay(server.url, bends);
    const commit = repository.commit(content);
    repository.git('tag', 'plain');
    repository.git('tag', '-a', '-m', 'a', 'annotated');
    repository.git('tag', '-a', '-m', 'b', 'of-a-tag', 'annotated');
    repository.commit({ 'env/common.yaml': 'A: 2\n' });
    repository.git('branch', 'old', commit);
    const tracked: readonly Tracked[] = [
      ...['plain', 'annotated', 'of-a-tag'].map((name) => ({ kind: 'tag', name }) as const),
      { kind: 'branch', name: 'refs/heads/old' },
    ];
    for (const each of tracked) {
      const source = openAt(`${relay.url}/.git`, { tracked: each });
      expect(await source.probe()).toBe(commit);
      expect(await readText(source, commit)).toEqual(content);
    }
  });

  test('nothing: a branch or tag that is not there, and an empty repository', async () => {
    const { repository, server } = await serveRepository();
    const relay = await startRelay(server.url, bends);
    const url = `${relay.url}/.git`;
    const missing = (name: string) => ({ code: 'SOURCE_BRANCH_MISSING', message: `${url} has no ${name}` });
    await expect(openAt(url).probe()).rejects.toMatchObject(missing('branch main'));
    repository.commit(content);
    repository.git('branch', 'main2');
    repository.git('branch', 'x/main');
    repository.git('branch', '-m', 'main', 'gone');
    await expect(openAt(url).probe()).rejects.toMatchObject(missing('branch main'));
    await expect(openAt(url, { tracked: { kind: 'tag', name: 'v1' } }).probe()).rejects.toMatchObject(
      missing('tag v1'),
    );
  });

  test('no sha256 repository: it is not taken for one without the branch', async () => {
    const repository = new GitRepository('--object-format=sha256');
    repository.commit(content);
    const server = await startGitHttp({ root: repository.path });
    const relay = await startRelay(server.url, bends);
    await expect(openAt(`${relay.url}/.git`).probe()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `${relay.url}/.git is a sha256 repository, which is not supported; use one with sha1`,
    });
  });
});

test('one commit is live by its name, and nobody is asked for it', async () => {
  const { repository, server, open } = await serveRepository();
  const name = repository.commit(content);
  repository.commit({ 'env/common.yaml': 'A: 2\n' });
  const source = open({ tracked: { kind: 'commit', name } });
  expect(await source.probe()).toBe(name);
  expect(server.requests()).toHaveLength(0);
  expect(await readText(source, name)).toEqual(content);
});

describe('who we are is shown', () => {
  test('at the first request, by a token that is read each time', async () => {
    const { repository, server, url } = await serveRepository({
      login: { username: 'host', password: 'tök:en' },
    });
    const commit = repository.commit(content);
    const tokenFile = join(temporaryDirectory(), 'token');
    writeFileSync(tokenFile, 'wrong\n');
    const source = openAt(url, { access: { username: 'host', tokenFile } });
    await expect(source.probe()).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: `${url} answered 401 to the token in ${tokenFile}`,
    });
    writeFileSync(tokenFile, 'tök:en\n');
    expect(await source.probe()).toBe(commit);
    expect(await readText(source, commit)).toEqual(content);
    const requests = await loggedRequests(server, 3);
    expect(requests.map(({ status }) => status)).toEqual([401, 200, 200]);
  });

  test('or not at all, and then the message says so', async () => {
    const { url, open } = await serveRepository({ login: { username: 'a', password: 'b' } });
    await expect(open().probe()).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: `${url} answered 401 and no token file is set`,
    });
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['is missing', () => {}, /no such file/],
    ['is empty', (path) => writeFileSync(path, '\n'), /it is empty/],
    ['has two lines', (path) => writeFileSync(path, 'secret\nsecret\n'), /more than one line/],
    ['is a directory', (path) => execFileSync('mkdir', [path]), /no regular file/],
    ['is a named pipe', (path) => execFileSync('mkfifo', [path]), /no regular file/],
    ['is far too large', (path) => writeFileSync(path, 'x'.repeat(70_000)), /more than 65536 bytes/],
  ])('by no token whose file %s', async (_what, make, message) => {
    const tokenFile = join(temporaryDirectory(), 'token');
    make(tokenFile);
    const source = openAt('http://127.0.0.1:1/a', { access: { tokenFile } });
    const error = await source.probe().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) });
    expect(String(error)).toContain(tokenFile);
    expect(String(error)).not.toContain('secret');
  });
});

describe('a server', () => {
  test('that says nothing is waited for until the deadline and no longer', async () => {
    const { url } = await startFaultyServer({ kind: 'silent' });
    const source = openAt(`${url}/a`, { limits: { fetchMs: 300 } });
    const oid = '1'.repeat(40);
    for (const ask of [
      () => source.probe(),
      () => source.read(oid),
      () => source.compare(oid, '2'.repeat(40)),
    ]) {
      const start = performance.now();
      await expect(ask()).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        message: `${url}/a gave no whole answer in time`,
      });
      expect(performance.now() - start).toBeLessThan(3000);
    }
  });

  test('is known by its certificate', async () => {
    const authority = makeAuthority();
    const certificate = authority.issue('valid');
    const { repository, server, open } = await serveRepository({ certificate });
    const commit = repository.commit(content);
    expect(await open({ access: { caFile: authority.caFile } }).probe()).toBe(commit);
    await expect(open().probe()).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    await server.restart({ certificate: authority.issue('expired') });
    await expect(open({ access: { caFile: authority.caFile } }).probe()).rejects.toMatchObject({
      code: 'SERVER_UNTRUSTED',
    });
  });

  test('that redirects is not followed, and gets no token elsewhere', async () => {
    const { repository, server } = await serveRepository({ redirect: { from: '/old', to: '/.git' } });
    repository.commit(content);
    await expect(openAt(`${server.url}/old`).probe()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(
        /redirects to http:\/\/[^/]+\/\.git; if that is right, set repository\.url to it$/,
      ),
    });
  });

  test('that has no such repository, and one that is no git server, are told apart', async () => {
    const { server } = await serveRepository();
    await expect(openAt(server.urlOf('nothing')).probe()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(/answered 404: it is not there, or this host may not see it/),
    });
    for (const [status, message] of [
      [200, /no whole answer in the smart HTTP protocol/],
      [500, /answered 500$/],
      [405, /answered 405$/],
    ] as const) {
      const body = Buffer.from('<html>\u001b[2J</html>');
      const relay = await startRelay(server.url, { answer: (answer) => ({ ...answer, status, body }) });
      await expect(openAt(`${relay.url}/a`).probe()).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        message: expect.stringMatching(message),
      });
    }
  });

  test('that answers only after its announcement was read is asked for that from then on', async () => {
    const { repository, server } = await serveRepository();
    const commit = repository.commit(content);
    let isAnnounced = false;
    const relay = await startRelay(server.url, {
      answer: (answer) => {
        if (answer.method === 'GET') isAnnounced = true;
        const isIgnored = answer.method === 'POST' && !isAnnounced;
        if (answer.method === 'POST') isAnnounced = false;
        return isIgnored ? { ...answer, status: 400 } : answer;
      },
    });
    const source = openAt(`${relay.url}/.git`);
    for (let count = 0; count < 2; count++) expect(await source.probe()).toBe(commit);
    expect(relay.asked.map((line) => line.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'GET', 'POST']);
  });

  test('of version 0 is asked in its own way from then on', async () => {
    const { repository, server } = await serveRepository();
    const relay = await startRelay(server.url, VERSION_0);
    const source = openAt(`${relay.url}/.git`);
    for (let round = 0; round < 2; round++) {
      const commit = repository.commit({ ...content, 'env/common.yaml': `A: ${round}\n` });
      expect(await source.probe()).toBe(commit);
      expect((await readText(source, commit))['env/common.yaml']).toBe(`A: ${round}\n`);
    }
    expect(relay.asked.map((line) => line.split(' ')[0])).toEqual(['POST', 'GET', 'POST', 'GET', 'POST']);
  });

  test('that was busy once is asked in the short way again', async () => {
    const { repository, server } = await serveRepository();
    const commit = repository.commit(content);
    const relay = await startRelay(server.url, { answer: (answer) => ({ ...answer, status: 503 }) });
    const source = openAt(`${relay.url}/.git`);
    await expect(source.probe()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    relay.bend({});
    const before = relay.asked.length;
    expect(await source.probe()).toBe(commit);
    expect(relay.asked.slice(before)).toEqual(['POST /.git/git-upload-pack']);
  });
});
