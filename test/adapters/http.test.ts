import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { HttpOptions } from '../../src/adapters/http.ts';
import { HttpClient } from '../../src/adapters/http.ts';
import type { Certificate, CertificateKind } from '../helpers/certificates.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import type { Fault } from '../helpers/faulty-server.ts';
import { startFaultyServer } from '../helpers/faulty-server.ts';
import { startForwardProxy } from '../helpers/forward-proxy.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

/** Answers on a free port until the test ends; counts connections. */
async function serve(listener: RequestListener, certificate: Certificate | null = null) {
  const readPem = ({ certFile, keyFile }: Certificate) => ({
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
  });
  const server =
    certificate === null ? createServer(listener) : createTlsServer(readPem(certificate), listener);
  let connections = 0;
  server.on('connection', () => connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const url = `${certificate === null ? 'http' : 'https'}://127.0.0.1:${port}/base`;
  return { server, port, url, connections: () => connections };
}

const whole: RequestListener = (_request, response) => void response.end('hello');

function open(url: string, options: Partial<HttpOptions> = {}) {
  return new HttpClient({ url: new URL(url), caFile: null, proxies: {}, proxyMs: 5000, ...options });
}

const LIMIT = { bytes: 1000, code: 'SOURCE_TOO_LARGE' } as const;

async function get(client: HttpClient, deadlineMs = 10_000) {
  const request = { method: 'GET', path: '/a?b=c', headers: {}, body: null, limit: LIMIT } as const;
  return await client.send(request, AbortSignal.timeout(deadlineMs));
}

describe('an answer', () => {
  test('comes back whole, whatever it says', async () => {
    const { url } = await serve((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(418, { x: 'y' }).end(`${request.method} ${request.url}`));
    });
    const answer = await get(open(url));
    expect(answer).toMatchObject({ status: 418, headers: { x: 'y' } });
    expect(answer.body.toString()).toBe('GET /base/a?b=c');
  });

  test('that is a redirect is not followed', async () => {
    const { url, connections } = await serve((_request, response) =>
      response.writeHead(302, { location: '/elsewhere' }).end(),
    );
    expect(await get(open(url))).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
    expect(connections()).toBe(1);
  });

  test('that is too long is not read on', async () => {
    const faulty = await startFaultyServer({ kind: 'endless', head: 'HTTP/1.1 200 OK\r\n\r\n', filler: 'x' });
    await expect(get(open(faulty.url))).rejects.toMatchObject({
      code: 'SOURCE_TOO_LARGE',
      message: expect.stringMatching(/answers with more than 1000 bytes/),
    });
    expect(faulty.sentBytes()).toBeLessThan(20e6);
  });
});

describe('a connection', () => {
  test('is kept for the next request, and replaced when the server has closed it', async () => {
    const { server, url, connections } = await serve(whole);
    const client = open(url);
    for (let count = 0; count < 3; count++) await get(client);
    expect(connections()).toBe(1);
    // Without the hint `Keep-Alive: timeout`, and without a chance to hear of the end before the next request.
    server.closeIdleConnections();
    expect((await get(client)).status).toBe(200);
    expect(connections()).toBe(2);
  });

  test('that ends after the request was sent is tried again only if it was a kept one', async () => {
    let count = 0;
    const { url, connections } = await serve((request, response) => {
      count++;
      if (count === 1) response.end('hello');
      else request.socket.destroy();
    });
    const client = open(url);
    await get(client);
    await expect(get(client)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect([count, connections()]).toEqual([3, 2]);
  });
});

describe('one deadline counts for the whole conversation', () => {
  const faults: readonly [string, (upstream: number) => Fault][] = [
    ['says nothing', () => ({ kind: 'silent' })],
    ['drips its headers', (upstream) => ({ kind: 'drip', upstream, everyMs: 20 })],
    ['drips its body', (upstream) => ({ kind: 'drip', upstream, everyMs: 20, afterBytes: 150 })],
    ['stops in the middle', (upstream) => ({ kind: 'stall', upstream, afterBytes: 150 })],
  ];

  test.each(faults)('when a server %s', async (_what, fault) => {
    const long: RequestListener = (_request, response) => void response.end('x'.repeat(900));
    const { port } = await serve(long);
    const faulty = await startFaultyServer(fault(port));
    const start = performance.now();
    await expect(get(open(faulty.url), 400)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `${faulty.url}/ gave no whole answer in time`,
    });
    expect(performance.now() - start).toBeGreaterThan(390);
    expect(performance.now() - start).toBeLessThan(3000);
  });

  test('when a server stops in the middle of TLS', async () => {
    const faulty = await startFaultyServer({ kind: 'silent' });
    await expect(get(open(faulty.url.replace('http:', 'https:')), 200)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(/in time/),
    });
  });

  test('when a proxy says nothing', async () => {
    const { port } = await startFaultyServer({ kind: 'silent' });
    const proxies = { https_proxy: `http://127.0.0.1:${port}`, http_proxy: `http://127.0.0.1:${port}` };
    for (const url of ['https://git.example', 'http://git.example'])
      await expect(get(open(url, { proxies, proxyMs: 60_000 }), 200)).rejects.toMatchObject({
        code: 'SOURCE_UNREACHABLE',
        message: expect.stringMatching(/in time/),
      });
  });
});

describe('a server cannot be reached', () => {
  test.each<[string, (upstream: number) => Fault]>([
    ['resets the connection at once', (upstream) => ({ kind: 'reset', upstream, afterBytes: 1 })],
    ['resets it in the body', (upstream) => ({ kind: 'reset', upstream, afterBytes: 160 })],
    ['ends it in the headers', (upstream) => ({ kind: 'cut', upstream, afterBytes: 20 })],
    ['ends it in the body', (upstream) => ({ kind: 'cut', upstream, afterBytes: 160 })],
    ['speaks no HTTP', () => ({ kind: 'endless', head: 'SSH-2.0-x\r\n', filler: '\u001b[2J' })],
  ])('when it %s', async (_what, fault) => {
    const { port } = await serve((_request, response) => void response.end('x'.repeat(900)));
    const faulty = await startFaultyServer(fault(port));
    const error = await get(open(faulty.url)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SOURCE_UNREACHABLE' });
    expect(String(error)).toMatch(/^ReconcileError: cannot reach http:\/\/127\.0\.0\.1:\d+\/: [^\p{Cc}]+$/u);
  });

  test('when nobody listens, or the name is unknown', async () => {
    const { port } = await startFaultyServer({ kind: 'silent' }).then(async (server) => {
      await server.stop();
      return server;
    });
    await expect(get(open(`http://127.0.0.1:${port}/x`))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `cannot reach http://127.0.0.1:${port}/x: ECONNREFUSED`,
    });
    await expect(get(open('http://no-such-host.invalid'))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/),
    });
  });

  test('when it speaks no TLS', async () => {
    const { url } = await serve(whole);
    await expect(get(open(url.replace('http:', 'https:')))).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
    });
  });
});

describe('a server is known by its certificate', () => {
  test.each<[CertificateKind, string | null]>([
    ['valid', null],
    ['wrong-name', 'SERVER_UNTRUSTED'],
    ['expired', 'SERVER_UNTRUSTED'],
    ['foreign-authority', 'SERVER_UNTRUSTED'],
  ])('%s', async (kind, code) => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0'); // must not matter
    onTestFinished(() => void vi.unstubAllEnvs());
    const authority = makeAuthority();
    const { url } = await serve(whole, authority.issue(kind));
    const asked = get(open(url, { caFile: authority.caFile }));
    if (code === null) expect((await asked).status).toBe(200);
    else
      await expect(asked).rejects.toMatchObject({
        code,
        message: expect.stringMatching(
          /^the certificate of https:\/\/127\.0\.0\.1:\d+\/base is not valid: \w/,
        ),
      });
  });

  test('of the system, where no CA file is named', async () => {
    const { url } = await serve(whole, makeAuthority().issue('valid'));
    await expect(get(open(url))).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
  });

  test('also when the CA file is renewed meanwhile', async () => {
    const [old, renewed] = [makeAuthority(), makeAuthority()];
    const caFile = join(temporaryDirectory(), 'ca.pem');
    copyFileSync(old.caFile, caFile);
    const { url, connections } = await serve(whole, renewed.issue('valid'));
    const client = open(url, { caFile });
    await expect(get(client)).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
    copyFileSync(renewed.caFile, caFile);
    expect((await get(client)).status).toBe(200);
    expect((await get(client)).status).toBe(200);
    expect(connections()).toBe(2);
  });

  test('of a CA file that can be read', async () => {
    const caFile = join(temporaryDirectory(), 'ca.pem');
    const client = open('https://127.0.0.1:1', { caFile });
    await expect(get(client)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: `${caFile}, the CA file, cannot be used: no such file or directory`,
    });
    writeFileSync(caFile, 'no certificate');
    await expect(get(client)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('through a proxy', () => {
  test('https goes by CONNECT, and the certificate is that of the server', async () => {
    const authority = makeAuthority();
    const { url, port } = await serve(whole, authority.issue('valid'));
    const proxy = await startForwardProxy();
    const proxies = { https_proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}` };
    const client = open(url, { caFile: authority.caFile, proxies });
    for (let count = 0; count < 3; count++) expect((await get(client)).status).toBe(200);
    const login = `Basic ${Buffer.from('user:p@ss').toString('base64')}`;
    expect(proxy.asked).toEqual([[`CONNECT 127.0.0.1:${port}`, login]]);
    await expect(get(open(url, { proxies }))).rejects.toMatchObject({ code: 'SERVER_UNTRUSTED' });
  });

  test('http goes with the whole URL', async () => {
    const { url } = await serve(whole);
    const proxy = await startForwardProxy();
    const answer = await get(open(url, { proxies: { http_proxy: `http://127.0.0.1:${proxy.port}` } }));
    expect(answer.body.toString()).toBe('hello');
    expect(proxy.asked).toEqual([[`GET ${url}/a?b=c`, undefined]]);
  });

  test('that refuses, nothing is reached', async () => {
    const { url } = await serve(whole, makeAuthority().issue('valid'));
    const proxy = await startForwardProxy(407);
    await expect(
      get(open(url, { proxies: { https_proxy: `http://user:hush@127.0.0.1:${proxy.port}` } })),
    ).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: `cannot reach ${url}: the proxy 127.0.0.1:${proxy.port} answered 407`,
    });
  });

  test('nothing goes that no_proxy names', async () => {
    const { url } = await serve(whole);
    const proxies = { http_proxy: 'http://127.0.0.1:1', no_proxy: '127.0.0.0/8' };
    expect((await get(open(url, { proxies }))).status).toBe(200);
  });
});
