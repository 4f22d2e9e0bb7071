import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askFastCgi } from '../../../src/adapters/php-fpm/fastcgi.ts';
import { encodeRequest } from '../../../src/adapters/php-fpm/fastcgi-records.ts';
import { startPhpFpm } from '../../helpers/php-fpm.ts';

/** A responder that answers every request with these bytes. */
async function answering(bytes: Buffer): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(bytes));
  });
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
}

test('php-fpm gives the ping page and the environment of a worker', async () => {
  const fpm = await startPhpFpm({ envFile: 'env["A"] = "ä b"\nping.response = "r1"\n' });
  expect(await fpm.ping()).toBe('r1');
  expect(await fpm.ask(['A', 'B'])).toEqual(
    new Map([
      ['A', 'ä b'],
      ['B', null],
    ]),
  );
});

test('a missing page has its status and its message on stderr', async () => {
  const fpm = await startPhpFpm();
  const params = { REQUEST_METHOD: 'GET', SCRIPT_FILENAME: '/nowhere.php', SCRIPT_NAME: '/nowhere.php' };
  const response = await askFastCgi(fpm.socket, { params }, { deadlineMs: 2000 });
  expect(response.status).toBe(404);
  expect(response.stderr.toString()).toContain('Primary script unknown');
});

test('a body and parameters larger than one record arrive whole', async () => {
  const fpm = await startPhpFpm({ envFile: `env["BIG"] = "${'x'.repeat(100_000)}"\n` });
  const names = ['BIG', ...Array.from({ length: 20_000 }, (_, i) => `NAME_${i}`)];
  const answers = await fpm.ask(names);
  expect(answers.get('BIG')).toHaveLength(100_000);
  expect(answers.size).toBe(names.length);
});

test('nobody listening is told by its code', async () => {
  const asked = askFastCgi('/nowhere/fpm.sock', { params: {} }, { deadlineMs: 500 });
  await expect(asked).rejects.toMatchObject({ code: 'ENOENT' });
});

test.each([
  ['another protocol', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'.padEnd(20_600)), 'EPROTO'],
  ['an answer for another request', Buffer.from([1, 6, 0, 2, 0, 0, 0, 0]), 'EPROTO'],
  ['an overloaded responder', Buffer.from([1, 3, 0, 1, 0, 8, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]), 'EPROTO'],
  [
    'too long an answer',
    Buffer.concat([Buffer.from([1, 6, 0, 1, 0, 200, 0, 0]), Buffer.alloc(200)]),
    'EMSGSIZE',
  ],
  ['silence', Buffer.alloc(0), 'ETIMEDOUT'],
])('%s is refused', async (_, bytes, code) => {
  const listen = await answering(bytes);
  await expect(askFastCgi(listen, { params: {} }, { deadlineMs: 300, maxBytes: 100 })).rejects.toMatchObject({
    code,
  });
});

test('long names and values have four-byte lengths', () => {
  const request = encodeRequest({ A: 'x'.repeat(128) }, new Uint8Array());
  expect(request.subarray(24, 30)).toEqual(Buffer.from([1, 0x80, 0, 0, 128, 'A'.charCodeAt(0)]));
});
