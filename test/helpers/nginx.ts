import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { isRoot, temporaryDirectory } from './temporary-directory.ts';
import { waitFor } from './wait-for.ts';

export const hasNginx = spawnSync('nginx', ['-v']).status === 0;
export const hasWrk = spawnSync('wrk', ['-v']).error === undefined;

/** A private nginx in front of one php script. */
export interface TestNginx {
  readonly url: string;
  /** How often each status was answered. */
  statuses(): ReadonlyMap<number, number>;
  /** Lines of the error log. */
  errors(): readonly string[];
  stop(): Promise<void>;
}

/** Starts nginx on a free port of the loopback; it ends with the test. */
export async function startNginx(socket: string, script: string): Promise<TestNginx> {
  const dir = temporaryDirectory();
  const port = await findFreePort();
  for (const each of ['body', 'fastcgi', 'proxy', 'scgi', 'uwsgi']) mkdirSync(join(dir, each));
  writeFileSync(join(dir, 'nginx.conf'), configuration(port, socket, script));
  const child = spawn('nginx', ['-p', dir, '-c', join(dir, 'nginx.conf'), '-e', join(dir, 'error.log')], {
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await exited;
  };
  onTestFinished(stop);
  const url = `http://127.0.0.1:${port}/`;
  await waitFor('nginx to answer', () => {
    if (child.exitCode !== null) throw new Error(readFileSync(join(dir, 'error.log'), 'utf8'));
    return fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  });
  const linesOf = (name: string) => readFileSync(join(dir, name), 'utf8').trim().split('\n').filter(Boolean);
  return { url, statuses: () => countEach(linesOf('access.log')), errors: () => linesOf('error.log'), stop };
}

function configuration(port: number, socket: string, script: string): string {
  return `
${isRoot ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log error;
events { worker_connections 256; }
http {
  log_format status $status;
  access_log access.log status;
  client_body_temp_path body;
  fastcgi_temp_path fastcgi;
  proxy_temp_path proxy;
  scgi_temp_path scgi;
  uwsgi_temp_path uwsgi;
  server {
    listen 127.0.0.1:${port};
    location / {
      fastcgi_pass unix:${socket};
      fastcgi_param SCRIPT_FILENAME ${script};
      fastcgi_param SCRIPT_NAME /value.php;
      fastcgi_param REQUEST_METHOD $request_method;
    }
  }
}
`;
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function countEach(lines: readonly string[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const line of lines) counts.set(Number(line), (counts.get(Number(line)) ?? 0) + 1);
  return counts;
}
