import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { listenTcp } from '../../../src/adapters/http-server/listen-tcp.ts';
import { HttpServer } from '../../../src/adapters/http-server/server.ts';
import type { Request, Route } from '../../../src/core/http/exchange.ts';
import { answerText } from '../../../src/core/http/exchange.ts';
import { FakeClock } from '../../helpers/fakes/clock.ts';
import { FakeLog } from '../../helpers/fakes/log.ts';
import { findFreePort } from '../../helpers/free-port.ts';
import { askRaw, connectRaw } from '../../helpers/raw-client.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const GET = 'GET /hello HTTP/1.1\r\nHost: a\r\n\r\n';
const LIMIT = 32;

function post(body: string, ...headers: readonly string[]): string {
  const lines = ['POST /body HTTP/1.1', 'Host: a', `Content-Length: ${body.length}`, ...headers];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

interface Served {
  readonly port: number;
  readonly server: HttpServer;
  readonly log: FakeLog;
  readonly requests: readonly Request[];
}

/** A server with a route for each case; `gate` holds the answers of `/slow` back. */
async function serve(gate: Promise<void> = Promise.resolve()): Promise<Served> {
  const requests: Request[] = [];
  const route = (method: Route['method'], path: string, handle: Route['handle']): Route => ({
    method,
    path,
    maxBodyBytes: 100,
    handle: async (request) => {
      requests.push(request);
      return await handle(request);
    },
  });
  const routes: readonly Route[] = [
    route('GET', '/hello', async () => answerText(200, 'hello')),
    route('POST', '/body', async ({ body }) => answerText(202, `${body.length} bytes`)),
    {
      ...route('POST', '/closed', async () => answerText(200, 'never')),
      admit: () => answerText(429, 'wait'),
    },
    route('GET', '/slow', async () => {
      await gate;
      return answerText(200, 'at last');
    }),
    route('GET', '/bug', async () => {
      throw new TypeError('a bug');
    }),
  ];
  const log = new FakeLog();
  const server = new HttpServer({ routes, clock: new FakeClock(), log });
  const port = await findFreePort();
  await listenTcp(server.server, { address: '127.0.0.1', port });
  onTestFinished(() => server.close());
  return { port, server, log, requests };
}

describe('a request', () => {
  test('is answered, and the connection ended', async () => {
    const { port, requests } = await serve();
    const answer = await askRaw(port, GET);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('cache-control: no-store\r\nconnection: close\r\n');
    expect(answer).toMatch(/\r\n\r\nhello\n$/);
    expect(requests).toMatchObject([{ from: '127.0.0.1', body: Buffer.of() }]);
  });

  test('comes with every header as it was sent, also one that is there twice', async () => {
    const { port, requests } = await serve();
    await askRaw(port, post('x', 'X-Signature: one', 'x-signature: two', 'X-Bytes: \xe9'));
    expect(requests[0]?.headers).toEqual([
      ['Host', 'a'],
      ['Content-Length', '1'],
      ['X-Signature', 'one'],
      ['x-signature', 'two'],
      ['X-Bytes', '\xe9'],
    ]);
  });

  test('has its query cut off', async () => {
    const { port } = await serve();
    expect(await askRaw(port, GET.replace('/hello', '/hello?a=/b'))).toContain('200 OK');
  });

  test.each([
    ['a path that is not there', GET.replace('/hello', '/other'), '404 Not Found'],
    ['another method', GET.replace('GET', 'DELETE'), '405 Method Not Allowed\r\nallow: GET'],
    ['a body that is too large', post('x'.repeat(101)), '413 Payload Too Large'],
    ['one that is not let in', post('x').replace('/body', '/closed'), '429 Too Many Requests'],
    ['what is no HTTP', 'hello\r\n\r\n', '400 Bad Request'],
    ['no host', GET.replace('Host: a\r\n', ''), '400 Bad Request'],
    ['too many headers', GET.replace('a\r\n', `a\r\nX: ${'x'.repeat(17_000)}\r\n`), '431 Request Header'],
    ['a bug of ours', GET.replace('/hello', '/bug'), '500 Internal Server Error'],
  ])('with %s is refused', async (_, text, status) => {
    const { port } = await serve();
    expect(await askRaw(port, text)).toContain(`HTTP/1.1 ${status}`);
  });

  test('for the head alone has no body', async () => {
    const { port } = await serve();
    expect(await askRaw(port, GET.replace('GET', 'HEAD'))).toMatch(/200 OK\r\n(.+\r\n)+\r\n$/);
  });

  test('that a bug ends leaves its stack in the log', async () => {
    const { port, log } = await serve();
    expect(await askRaw(port, GET.replace('/hello', '/bug'))).not.toContain('TypeError');
    expect(log.events).toMatchObject([
      {
        level: 'error',
        name: 'bug',
        fields: { path: '/bug', stack: expect.stringContaining('TypeError: a bug') },
      },
    ]);
  });

  test('behind another one on the same connection is not served', async () => {
    const { port, requests } = await serve();
    await askRaw(port, `${GET}${GET}`);
    expect(requests).toHaveLength(1);
  });
});

describe('a body that is too large', () => {
  test('is not read, and why is heard while it is being sent', async () => {
    const { port, requests } = await serve();
    const client = await connectRaw(port);
    client.socket.write(post('').replace('Content-Length: 0', 'Content-Length: 1000000000'));
    const sent = await pour(client.socket, client.ended);
    expect(client.heard()).toContain('413 Payload Too Large');
    expect(sent).toBeLessThan(20 * 1024 * 1024); // buffers of the kernel
    expect(requests).toEqual([]);
  });

  test('is cut where it comes in chunks without a length', async () => {
    const { port } = await serve();
    const chunk = `ff\r\n${'x'.repeat(255)}\r\n`;
    const head = post('').replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    expect(await askRaw(port, `${head}${chunk}`)).toContain('413 Payload Too Large');
  });
});

describe('one who is slow', () => {
  test('with its headers is ended after 5 s', async () => {
    const { port } = await serve();
    const started = performance.now();
    expect(await drip(port, GET)).toContain('408 Request Timeout');
    expect(performance.now() - started).toBeLessThan(7_000);
  });

  test('with its body is ended after 10 s', async () => {
    const { port } = await serve();
    const started = performance.now();
    expect(await drip(port, 'x'.repeat(100), post('').replace('Length: 0', 'Length: 100'))).toContain('408');
    expect(performance.now() - started).toBeLessThan(12_000);
  });

  test('keeps nobody out, however many connections he has', async () => {
    const { port } = await serve();
    const slow = await Promise.all(Array.from({ length: 2 * LIMIT }, () => connectRaw(port)));
    for (const { socket } of slow) socket.write('GET /hello HTTP/1.1\r\n');
    expect(await askRaw(port, GET)).toContain('200 OK');
    await waitFor('the oldest to be ended', () => slow.filter(({ socket }) => socket.closed).length > LIMIT);
    for (const { socket } of slow) socket.destroy();
  });
});

describe('a connection whose request was read', () => {
  test('is never cut off for another one', async () => {
    let open: () => void = () => undefined;
    const { port, requests } = await serve(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const slow = GET.replace('/hello', '/slow');
    const answers = Array.from({ length: LIMIT }, () => askRaw(port, slow));
    await waitFor('all to be at work', () => requests.length === LIMIT);
    expect(await askRaw(port, GET)).toBe('');
    open();
    expect((await Promise.all(answers)).every((answer) => answer.includes('200 OK'))).toBe(true);
    expect(await askRaw(port, GET)).toContain('200 OK');
  });

  test('is answered when the server is closed meanwhile', async () => {
    let open: () => void = () => undefined;
    const { port, server, requests } = await serve(
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const answer = askRaw(port, GET.replace('/hello', '/slow'));
    const idle = await connectRaw(port);
    await waitFor('it to be at work', () => requests.length === 1);
    const closed = server.close();
    await idle.ended;
    open();
    await closed;
    expect(await answer).toContain('200 OK');
  });
});

/** Sends a byte each 200 ms until it is ended; gives the answer. */
async function drip(port: number, text: string, first = ''): Promise<string> {
  const client = await connectRaw(port);
  client.socket.write(first);
  const bytes = text[Symbol.iterator]();
  const timer = setInterval(() => {
    const { value } = bytes.next();
    if (value !== undefined) client.socket.write(value);
  }, 200);
  await client.ended;
  clearInterval(timer);
  return client.heard();
}

/** Sends as much as is taken until the other side ends it; gives the bytes. */
async function pour(socket: Socket, ended: Promise<void>): Promise<number> {
  const chunk = Buffer.alloc(64 * 1024);
  let isOver = false;
  void ended.then(() => {
    isOver = true;
  });
  while (!isOver) {
    if (!socket.write(chunk)) await Promise.race([once(socket, 'drain').catch(() => undefined), ended]);
  }
  return socket.bytesWritten;
}
