import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';

const SECRET = 'a secret of the bench, long enough';

/** A file with the secret that `deliver` signs with. Gives its path. */
export function writeWebhookSecret(): string {
  const path = join(temporaryDirectory(), 'webhook-secret');
  writeFileSync(path, SECRET, { mode: 0o600 });
  return path;
}

let deliveries = 0;

/** Tells a daemon of a push, as GitHub would. Gives the status. */
export async function deliver(port: number, after: string): Promise<number> {
  const body = JSON.stringify({ ref: 'refs/heads/main', before: '0'.repeat(40), after, deleted: false });
  const signature = createHmac('sha256', SECRET).update(body).digest('hex');
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': 'push',
    'x-github-delivery': `bench-${++deliveries}`,
    'x-hub-signature-256': `sha256=${signature}`,
  };
  return await new Promise((resolve, reject) => {
    const call = request(
      { host: '127.0.0.1', port, method: 'POST', path: '/webhook', headers },
      (response) => {
        response.resume().on('end', () => resolve(response.statusCode ?? 0));
      },
    );
    call.on('error', reject).end(body);
  });
}
