import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Certificate } from './certificates.ts';
import { findFreePort, isListening } from './free-port.ts';
import { hasNginx, runNginx } from './nginx.ts';
import type { ServerProcess } from './server-process.ts';
import { findCommand, startServerProcess } from './server-process.ts';
import { temporaryDirectory } from './temporary-directory.ts';

export const hasGitHttp = hasNginx && findCommand('fcgiwrap') !== null;

/** What can be changed with every `restart`. */
export interface GitHttpBehaviour {
  /** Basic authentication; default: everybody may read. */
  readonly login?: { readonly username: string; readonly password: string };
  /** Serves TLS with it; default: plain HTTP. */
  readonly certificate?: Certificate;
  /** Every path that begins with `from` is answered by a 301 to `to` with the rest behind it. */
  readonly redirect?: { readonly from: string; readonly to: string };
}

export interface GitHttpOptions extends GitHttpBehaviour {
  /** Directory of the repositories. */
  readonly root: string;
}

/** One request, as nginx logged it when it had ended. */
export interface GitHttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly status: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Whether it had an `Authorization`. */
  readonly hasCredentials: boolean;
  /** The protocol that the client asked for, `version=2`; empty: none. */
  readonly gitProtocol: string;
  /** `gzip` where the body was packed. */
  readonly bodyEncoding: string;
}

/** git over HTTP as hosts have it: nginx, fcgiwrap and git-http-backend(1). */
export interface GitHttpServer {
  readonly port: number;
  /** Without a slash at its end. */
  readonly url: string;
  urlOf(repository: string): string;
  requests(): readonly GitHttpRequest[];
  /** Lines of the error log, that of git included. */
  errors(): string;
  stop(): Promise<void>;
  /** Serves at the same port again, as this says and not as before. */
  restart(behaviour: GitHttpBehaviour): Promise<void>;
}

/** Serves every repository below a directory on a free port of the loopback; it ends with the test. */
export async function startGitHttp({ root, ...behaviour }: GitHttpOptions): Promise<GitHttpServer> {
  const dir = temporaryDirectory();
  const port = await findFreePort();
  const socket = await startFcgiwrap(dir);
  const start = async (as: GitHttpBehaviour): Promise<ServerProcess> => {
    if (as.login !== undefined) writeFileSync(join(dir, 'htpasswd'), hashLogin(as.login));
    const http = describeServer({ root, port, socket }, as);
    return await runNginx({ dir, http, isReady: () => isListening(port) });
  };
  let nginx = await start(behaviour);
  const url = `${behaviour.certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  return {
    port,
    url,
    urlOf: (repository) => `${url}/${repository}`,
    requests: () => linesOf(join(dir, 'access.log')).map(parseRequest),
    errors: () => readFileSync(join(dir, 'error.log'), 'utf8'),
    stop: () => nginx.stop(),
    restart: async (as) => {
      await nginx.stop();
      nginx = await start(as);
    },
  };
}

/** Gives the path of its socket. Four processes, so that a client that hangs stops nobody else. */
async function startFcgiwrap(dir: string): Promise<string> {
  const socket = join(dir, 'fcgiwrap.sock');
  await startServerProcess({
    command: 'fcgiwrap',
    args: ['-f', '-c', '4', '-s', `unix:${socket}`],
    env: { HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    log: join(dir, 'fcgiwrap.log'),
    isReady: () => existsSync(socket),
  });
  return socket;
}

function hashLogin({ username, password }: NonNullable<GitHttpBehaviour['login']>): string {
  const hash = execFileSync('openssl', ['passwd', '-apr1', '-stdin'], { input: password, encoding: 'utf8' });
  return `${username}:${hash}`;
}

interface Place {
  readonly root: string;
  readonly port: number;
  readonly socket: string;
}

/** fcgiwrap gives every header to the program as `HTTP_…`, `Git-Protocol` and `Content-Encoding` among them. */
function describeServer({ root, port, socket }: Place, behaviour: GitHttpBehaviour): string {
  const { login, certificate, redirect } = behaviour;
  const backend = join(execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim(), 'git-http-backend');
  return `
  log_format git '$request_method $request_uri $status $request_length $bytes_sent '
    '"$http_authorization" "$http_git_protocol" "$http_content_encoding"';
  access_log access.log git;
  server {
    listen 127.0.0.1:${port}${certificate === undefined ? '' : ' ssl'};
    ${certificate === undefined ? '' : `ssl_certificate ${certificate.certFile};`}
    ${certificate === undefined ? '' : `ssl_certificate_key ${certificate.keyFile};`}
    client_max_body_size 0;
    ${redirect === undefined ? '' : `location ^~ ${redirect.from} { rewrite ^${redirect.from}(.*)$ ${redirect.to}$1 permanent; }`}
    location ~ ^/ {
      ${login === undefined ? '' : 'auth_basic git; auth_basic_user_file htpasswd;'}
      fastcgi_pass unix:${socket};
      fastcgi_param SCRIPT_FILENAME ${backend};
      fastcgi_param GIT_PROJECT_ROOT ${root};
      fastcgi_param GIT_HTTP_EXPORT_ALL 1;
      fastcgi_param PATH_INFO $uri;
      fastcgi_param QUERY_STRING $query_string;
      fastcgi_param REQUEST_METHOD $request_method;
      fastcgi_param CONTENT_TYPE $content_type;
      fastcgi_param CONTENT_LENGTH $content_length;
      fastcgi_param REMOTE_USER $remote_user;
      fastcgi_param REMOTE_ADDR $remote_addr;
    }
  }`;
}

function linesOf(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

function parseRequest(line: string): GitHttpRequest {
  const [, head = '', authorization = '-', gitProtocol = '-', bodyEncoding = '-'] =
    /^(.*) "(.*)" "(.*)" "(.*)"$/.exec(line) ?? [];
  const [method = '', path = '', status, receivedBytes, sentBytes] = head.split(' ');
  return {
    method,
    path,
    status: Number(status),
    receivedBytes: Number(receivedBytes),
    sentBytes: Number(sentBytes),
    hasCredentials: authorization !== '-',
    gitProtocol: gitProtocol === '-' ? '' : gitProtocol,
    bodyEncoding: bodyEncoding === '-' ? '' : bodyEncoding,
  };
}
