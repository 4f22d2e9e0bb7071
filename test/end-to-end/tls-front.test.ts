import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { expect, test } from 'vitest';
import { readFencedBlocks } from '../docs/markdown.ts';
import { readPage } from '../docs/pages.ts';
import { makeAuthority } from '../helpers/certificates.ts';
import { findFreePort, isListening } from '../helpers/free-port.ts';
import { hasNginx, runNginx } from '../helpers/nginx.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';
import { makeDelivery } from '../helpers/webhooks.ts';
import { RealListener } from './real-listener.ts';

test.runIf(hasNginx)('the nginx of docs/daemon.md takes webhooks over TLS, and nothing else', async () => {
  const [listener, authority, port] = [
    await RealListener.start(),
    makeAuthority(),
    await findFreePort(),
  ] as const;
  const { certFile, keyFile } = authority.issue('valid');
  const [block] = readFencedBlocks(readPage('docs/daemon.md').text).filter(
    ({ language }) => language === 'nginx',
  );
  const http = (block?.text ?? '')
    .replace('listen 443', `listen 127.0.0.1:${port}`)
    .replace('web-1.example.org', 'localhost')
    .replace('/etc/ssl/web-1.pem', certFile)
    .replace('/etc/ssl/web-1.key', keyFile)
    .replace('127.0.0.1:9480', `127.0.0.1:${listener.port}`);
  await runNginx({ dir: temporaryDirectory(), http, isReady: () => isListening(port) });

  const ask = (method: string, path: string, body = Buffer.of(), headers = {}) =>
    new Promise<number | undefined>((resolve, reject) => {
      const ca = readFileSync(authority.caFile);
      const place = { host: '127.0.0.1', servername: 'localhost', port, ca, agent: false };
      const sent = request({ ...place, method, path, headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.end(body);
    });

  await listener.host.commit({ 'env/common.yaml': 'A: two\n' });
  const { headers, body } = makeDelivery('github');
  expect(await ask('POST', '/webhook', Buffer.from(body), Object.fromEntries(headers))).toBe(202);
  await waitFor('the commit', async () => (await listener.host.ask('A')) === 'two', 20_000);
  expect(await ask('POST', '/webhook', Buffer.alloc(2 * 1024 * 1024))).toBe(413);
  expect(await ask('POST', '/webhook', Buffer.from('{}'))).toBe(401);
  expect(await ask('GET', '/webhook')).toBe(403);
  for (const path of ['/status', '/readyz', '/webhook/../status'])
    expect(await ask('GET', path)).not.toBe(200);
});
