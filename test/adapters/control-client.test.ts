import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { controlClient } from '../../src/adapters/control-client.ts';
import { reportSettled } from '../../src/core/daemon/report.ts';
import type { Respond } from '../helpers/control-server.ts';
import { respondWith, startControlServer } from '../helpers/control-server.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';

const EVENT = { reasons: ['request'], at: new Date(0), seconds: 0.5, report: reportSettled('1'.repeat(40)) };

async function serve(respond: Respond) {
  const socket = join(temporaryDirectory(), 'socket');
  const server = await startControlServer(socket, respond);
  return { server, client: controlClient(socket) };
}

const answerOf = async (respond: Respond, deadlineMs = 10_000) =>
  await (await serve(respond)).client.run(deadlineMs);

describe('asking for a run gives', () => {
  test('the run, when it is over', async () => {
    const { server, client } = await serve((_, response) => respondWith(response, EVENT));
    expect(await client.run(10_000)).toEqual({ kind: 'ran', event: EVENT });
    expect(server.requests()).toEqual(['POST /run']);
  });

  test('that the daemon waits', async () => {
    expect(await answerOf((_, response) => respondWith(response, null))).toEqual({ kind: 'waiting' });
  });

  test('that nobody listens, where there is no socket, or one that is left over, or a part of its path is a file', async () => {
    const socket = join(temporaryDirectory(), 'socket');
    expect(await controlClient(socket).run(10_000)).toEqual({ kind: 'absent' });
    writeFileSync(socket, '');
    expect(await controlClient(socket).run(10_000)).toEqual({ kind: 'absent' });
    expect(await controlClient(`${socket}/socket`).run(10_000)).toEqual({ kind: 'absent' });
  });

  test.each([401, 403])('that this user may not ask, at status %i', async (status) => {
    expect(await answerOf((_, response) => respondWith(response, null, status))).toEqual({ kind: 'denied' });
  });

  test('that it takes too long, before the answer and within it', async () => {
    expect(await answerOf(() => undefined, 50)).toEqual({ kind: 'late' });
    expect(await answerOf((_, response) => void response.write('{'), 50)).toEqual({ kind: 'late' });
  });

  test.each<[string, Respond, RegExp]>([
    ['another status', (_, response) => respondWith(response, EVENT, 500), /^status 500$/],
    [
      'an answer of another form',
      (_, response) => respondWith(response, { ...EVENT, report: {} }),
      /no report/,
    ],
    ['no JSON', (_, response) => void response.end('<html>'), /no report/],
    ['an answer without end', (_, response) => void response.end('x'.repeat(2_000_000)), /too long/],
    ['a connection that breaks', (_, response) => void response.socket?.destroy(), /./],
  ])('what is wrong, at %s', async (_what, respond, why) => {
    expect(await answerOf(respond)).toEqual({ kind: 'unclear', why: expect.stringMatching(why) });
  });

  test('what is wrong, where somebody listens who speaks another language', async () => {
    const socket = join(temporaryDirectory(), 'socket');
    const server = createServer((connection) => connection.end('220 mail\r\n')).listen(socket);
    onTestFinished(() => void server.close());
    expect(await controlClient(socket).run(10_000)).toMatchObject({ kind: 'unclear' });
  });
});

describe('making ready', () => {
  test('is asked for', async () => {
    const { server, client } = await serve((_, response) => respondWith(response, null));
    await client.warm();
    expect(server.requests()).toEqual(['POST /warm']);
  });

  test('is no trouble where nobody listens or answers', async () => {
    await controlClient(join(temporaryDirectory(), 'socket')).warm();
    const { client } = await serve(() => undefined);
    await client.warm();
  });
});
