import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findFreePort } from './free-port.ts';
import type { ServerProcess } from './server-process.ts';
import { startServerProcess } from './server-process.ts';
import { isRoot, temporaryDirectory } from './temporary-directory.ts';

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
  const url = `http://127.0.0.1:${port}/`;
  const isReady = (): Promise<boolean> =>
    fetch(url).then(
      (response) => response.ok,
      () => false,
    );
  const { stop } = await runNginx({ dir, http: phpServer(port, socket, script), isReady });
  return {
    url,
    statuses: () => countEach(linesOf(join(dir, 'access.log'))),
    errors: () => linesOf(join(dir, 'error.log')),
    stop,
  };
}

export interface NginxSetup {
  /** Gets its configuration, its temporary files and `error.log`. */
  readonly dir: string;
  /** What stands in the block `http`. */
  readonly http: string;
  isReady(): boolean | Promise<boolean>;
}

/** Runs nginx with a configuration; it ends with the test. */
export async function runNginx({ dir, http, isReady }: NginxSetup): Promise<ServerProcess> {
  for (const each of TEMPORARY) mkdirSync(join(dir, each), { recursive: true });
  const [configuration, log] = [join(dir, 'nginx.conf'), join(dir, 'error.log')];
  writeFileSync(configuration, nginxConfiguration(http));
  const args = ['-p', dir, '-c', configuration, '-e', log];
  return await startServerProcess({ command: 'nginx', args, log, isReady });
}

const TEMPORARY = ['client_body', 'fastcgi', 'proxy', 'scgi', 'uwsgi'];

function nginxConfiguration(http: string): string {
  return `
${isRoot ? 'user root;' : ''}
worker_processes 1;
daemon off;
pid nginx.pid;
error_log error.log error;
events { worker_connections 256; }
http {
${TEMPORARY.map((each) => `  ${each}_temp_path ${each};`).join('\n')}
${http}
}
`;
}

function phpServer(port: number, socket: string, script: string): string {
  return `
  log_format status $status;
  access_log access.log status;
  server {
    listen 127.0.0.1:${port};
    location / {
      fastcgi_pass unix:${socket};
      fastcgi_param SCRIPT_FILENAME ${script};
      fastcgi_param SCRIPT_NAME /value.php;
      fastcgi_param REQUEST_METHOD $request_method;
    }
  }`;
}

function linesOf(path: string): readonly string[] {
  return readFileSync(path, 'utf8').trim().split('\n').filter(Boolean);
}

function countEach(lines: readonly string[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const line of lines) counts.set(Number(line), (counts.get(Number(line)) ?? 0) + 1);
  return counts;
}
