import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { HttpNotifierOptions } from '../../../src/adapters/notify/http-notifier.ts';
import { httpNotifier } from '../../../src/adapters/notify/http-notifier.ts';
import type { ChannelName } from '../../../src/core/notice/channel.ts';
import { CHANNEL_NAMES } from '../../../src/core/notice/channel.ts';
import { CHANNELS } from '../../../src/core/notice/channels/index.ts';
import type { CertificateKind } from '../../helpers/certificates.ts';
import { makeAuthority } from '../../helpers/certificates.ts';
import { startForwardProxy } from '../../helpers/forward-proxy.ts';
import { SECRET, startNoticeService, TOKEN } from '../../helpers/notice-services.ts';
import { NOTICE } from '../../helpers/run-reports.ts';
import type { Reply } from '../../helpers/serve-http.ts';
import { serveHttp } from '../../helpers/serve-http.ts';
import { temporaryDirectory } from '../../helpers/temporary-directory.ts';

const NOW = Date.parse('2026-01-02T03:04:05Z');
const HOUR = 60 * 60_000;

interface Setup extends Partial<HttpNotifierOptions> {
  readonly secret?: string | null;
  readonly nowMs?: number;
  readonly notice?: Partial<typeof NOTICE>;
  readonly deadline?: AbortSignal;
}

/** Tells a notice to a URL; the answer is what is said against it, and is checked to have no secret in it. */
async function tell(name: ChannelName, url: string, setup: Setup = {}): Promise<string | null> {
  const {
    secret = SECRET,
    nowMs = NOW,
    notice = {},
    deadline = AbortSignal.timeout(20_000),
    ...options
  } = setup;
  const directory = temporaryDirectory();
  const [urlFile, secretFile] = [join(directory, 'url'), join(directory, 'secret')];
  writeFileSync(urlFile, `${url}\n`);
  writeFileSync(secretFile, `${secret}\n`);
  const notifier = httpNotifier({
    channel: CHANNELS[name],
    urlFile,
    secretFile: secret === null ? null : secretFile,
    caFile: null,
    proxies: {},
    clock: { now: () => new Date(nowMs) },
    waitsMs: [1, 1],
    ...options,
  });
  const why = await notifier.tell({ ...NOTICE, ...notice }, deadline);
  for (const part of [TOKEN, SECRET, '127.0.0.1', 'localhost', '//']) expect(why ?? '').not.toContain(part);
  return why;
}

describe.each(CHANNEL_NAMES)('%s', (name) => {
  test('takes a notice, whatever names are in it', async () => {
    const service = await startNoticeService(name, NOW);
    expect(await tell(name, service.url)).toBeNull();
    const notice = { host: '主机'.repeat(3000), environment: '"\\<>&'.repeat(3000) };
    expect(await tell(name, service.url, { notice })).toBeNull();
    expect(service.received).toHaveLength(2);
  });

  test('does not know another token', async () => {
    const service = await startNoticeService(name, NOW);
    expect(await tell(name, service.url.replace(TOKEN, `x${TOKEN}`))).toMatch(/no such|404/);
    expect(service.received).toHaveLength(1);
  });
});

describe.each([
  ['dingtalk', /310000: the security settings/],
  ['feishu', /19021: the signature is wrong, or the clock/],
] as const)('%s', (name, fault) => {
  test.each([
    ['another secret', { secret: 'SECanother' }],
    ['no signature', { secret: null }],
    ['a clock that is behind', { nowMs: NOW - HOUR - 1000 }],
    ['a clock that is ahead', { nowMs: NOW + HOUR + 1000 }],
  ])('does not take a notice with %s', async (_what, setup) => {
    const service = await startNoticeService(name, NOW);
    expect(await tell(name, service.url, setup)).toMatch(fault);
    expect(service.received).toHaveLength(1);
  });
});

test('a webhook does not take a notice with another signature', async () => {
  const service = await startNoticeService('webhook');
  expect(await tell('webhook', service.url, { secret: 'another' })).toBe('it answered 401');
});

/** A server with these answers, one after the other; the last one again and again. */
async function answer(...replies: readonly (Reply | null)[]) {
  let count = 0;
  return await serveHttp(() => replies[Math.min(count++, replies.length - 1)] ?? null);
}

describe('a try that failed', () => {
  test.each<[string, readonly (Reply | null)[], string | null, number]>([
    ['by an error of the server', [{ status: 503 }, { status: 500 }, { status: 200 }], null, 3],
    ['by too many requests', [{ status: 429 }, { status: 200 }], null, 2],
    ['by a connection that was cut', [null, { status: 200 }], null, 2],
    ['three times', [{ status: 502 }], 'it answered 502', 3],
    ['for good', [{ status: 403 }], 'it answered 403', 1],
  ])('%s', async (_what, replies, why, requests) => {
    const server = await answer(...replies);
    expect(await tell('slack', `${server.origin}/${TOKEN}`)).toBe(why);
    expect(server.received).toHaveLength(requests);
  });

  test('because nobody listens says so', async () => {
    expect(await tell('slack', `http://127.0.0.1:1/${TOKEN}`)).toBe('cannot reach the server: ECONNREFUSED');
  });

  test.each([
    ['seconds', '1'],
    ['a date', new Date(NOW + 1000).toUTCString()],
  ])('is made again when the server asks for it, in %s', async (_form, after) => {
    const server = await answer({ status: 429, headers: { 'Retry-After': after } }, { status: 200 });
    const start = performance.now();
    expect(await tell('slack', `${server.origin}/${TOKEN}`)).toBeNull();
    expect(performance.now() - start).toBeGreaterThan(990);
  });

  test('ends with the deadline, also while it waits', async () => {
    const server = await answer({ status: 429, headers: { 'Retry-After': '3600' } });
    const deadline = AbortSignal.timeout(300);
    expect(await tell('slack', `${server.origin}/${TOKEN}`, { deadline })).toBe('it answered 429');
    const silent = await serveHttp(() => new Promise(() => undefined));
    const late = await tell('slack', `${silent.origin}/${TOKEN}`, { deadline: AbortSignal.timeout(300) });
    expect(late).toBe('the server gave no whole answer in time');
    expect([server.received, silent.received].map(({ length }) => length)).toEqual([1, 1]);
  });

  test('because of a redirect is not made elsewhere', async () => {
    const elsewhere = await answer({ status: 200 });
    const server = await answer({ status: 307, headers: { Location: `${elsewhere.origin}/${TOKEN}` } });
    expect(await tell('slack', `${server.origin}/${TOKEN}`)).toMatch(/307, and no redirect is followed/);
    expect([server.received.length, elsewhere.received.length]).toEqual([1, 0]);
  });

  test('because the answer has no end is not read on', async () => {
    const server = await answer({ status: 200, body: 'x'.repeat(100_000) });
    expect(await tell('slack', `${server.origin}/${TOKEN}`)).toBe(
      'the server answers with more than 65536 bytes',
    );
  });
});

describe('a URL', () => {
  test('of http leads to this host alone', async () => {
    expect(await tell('slack', `http://hooks.example.org/${TOKEN}`)).toMatch(
      /cannot be used: it is a URL of http/,
    );
  });

  test.each([
    ['', /cannot read the URL from .*: it is empty/],
    [`a\n${TOKEN}`, /more than one line/],
    [TOKEN, /cannot be used: it is no URL/],
  ])('%j is told by its file', async (text, why) => {
    expect(await tell('slack', text)).toMatch(why);
  });

  test('in a file that is missing is told by its file', async () => {
    expect(await tell('slack', '', { urlFile: '/nowhere/url' })).toBe(
      'cannot read the URL from /nowhere/url: no such file or directory',
    );
  });
});

describe('over https', () => {
  test.each<[CertificateKind, RegExp | null, number]>([
    ['valid', null, 1],
    ['wrong-name', /^the certificate of the server is not valid: /, 0],
    ['expired', /^the certificate of the server is not valid: /, 0],
    ['foreign-authority', /^the certificate of the server is not valid: /, 0],
  ])('the certificate is %s', async (kind, why, requests) => {
    const authority = makeAuthority();
    const server = await serveHttp(() => ({ status: 200, body: 'ok' }), authority.issue(kind));
    const found = await tell('slack', `${server.origin}/${TOKEN}`, { caFile: authority.caFile });
    if (why === null) expect(found).toBeNull();
    else expect(found).toMatch(why);
    expect(server.received).toHaveLength(requests);
  });

  test('a proxy is used, and for this host itself none', async () => {
    const authority = makeAuthority();
    const server = await serveHttp(() => ({ status: 200 }), authority.issue('valid'));
    const plain = await serveHttp(() => ({ status: 200 }));
    const proxy = await startForwardProxy();
    const url = `http://127.0.0.1:${proxy.port}`;
    const proxies = { http_proxy: url, https_proxy: url };
    const { caFile } = authority;
    expect(await tell('slack', `${server.origin}/${TOKEN}`, { caFile, proxies })).toBeNull();
    expect(await tell('slack', `${plain.origin}/${TOKEN}`, { proxies })).toBeNull();
    expect(proxy.asked.map(([line]) => line)).toEqual([`CONNECT ${new URL(server.origin).host}`]);
  });
});
