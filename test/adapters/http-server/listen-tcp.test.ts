import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { listenTcp } from '../../../src/adapters/http-server/listen-tcp.ts';
import { failureOf } from '../../helpers/failure-of.ts';
import { findFreePort } from '../../helpers/free-port.ts';

test('a port that is taken is told', async () => {
  const place = { address: '127.0.0.1', port: await findFreePort() };
  const first = createServer();
  await listenTcp(first, place);
  onTestFinished(() => void first.close());
  expect(await failureOf(listenTcp(createServer(), place))).toMatchObject({
    code: 'CONFIG_INVALID',
    message: `cannot listen on 127.0.0.1 port ${place.port}: another program listens there; choose another listen.port`,
  });
});

test.each([
  ['192.0.2.1', 'it is no address of this host; correct listen.address'],
  ['no-such-name.invalid', 'the name has no address; correct listen.address'],
])('%s is told', async (address, why) => {
  const { code, message } = await failureOf(listenTcp(createServer(), { address, port: 9480 }));
  expect(code).toBe('CONFIG_INVALID');
  expect(message).toBe(`cannot listen on ${address} port 9480: ${why}`);
});
