import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Access } from '../../src/adapters/git/access.ts';
import { makeAuthority } from './certificates.ts';
import type { FaultyServer } from './faulty-server.ts';
import { startFaultyServer } from './faulty-server.ts';
import type { GitHttpBehaviour, GitHttpServer } from './git-http-server.ts';
import { startGitHttp } from './git-http-server.ts';
import type { TestSshd } from './ssh-server.ts';
import { startSshd } from './ssh-server.ts';
import { temporaryDirectory } from './temporary-directory.ts';

/** Where a source finds a repository, and how it may come in. */
export interface Place {
  /** A path where it is one. */
  readonly url: string;
  readonly access: Access;
  /** Nobody is there any more. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** A place that is reached by a connection. */
export interface Served extends Place {
  readonly port: number;
  /** The same place seen through another port. */
  through(port: number): { readonly url: string; readonly access: Access };
}

export interface ServedByHttp extends Served {
  readonly server: GitHttpServer;
}

export interface ServedBySsh extends Served {
  readonly server: TestSshd;
}

/** What a host shows that knows and has nothing. */
export const NO_ACCESS: Access = {
  username: 'git',
  tokenFile: null,
  caFile: null,
  identityFile: null,
  knownHostsFile: null,
  keptSeconds: 0,
  proxies: {},
};

/** The repository by its path. */
export async function placeOnDisk(gitdir: string): Promise<Place> {
  return { url: gitdir, access: NO_ACCESS, ...hide(gitdir) };
}

/** The repository by a URL of its path. */
export async function placeInFileUrl(gitdir: string): Promise<Place> {
  return { url: pathToFileURL(gitdir).href, access: NO_ACCESS, ...hide(gitdir) };
}

function hide(gitdir: string): Pick<Place, 'stop' | 'start'> {
  return {
    stop: async () => renameSync(gitdir, `${gitdir}-away`),
    start: async () => renameSync(`${gitdir}-away`, gitdir),
  };
}

/** The repository on a server that anybody may read, unless it behaves in another way. */
export async function placeOnHttp(gitdir: string, behaviour: GitHttpBehaviour = {}): Promise<ServedByHttp> {
  return await serveByHttp(gitdir, behaviour, NO_ACCESS);
}

/** The repository on a server with a certificate of an own authority and a login. */
export async function placeOnHttps(gitdir: string): Promise<ServedByHttp> {
  const authority = makeAuthority();
  const login = { username: 'deploy', password: 'Pa55:word/+%' };
  const access = {
    ...NO_ACCESS,
    username: login.username,
    tokenFile: writeToken(login.password),
    caFile: authority.caFile,
  };
  return await serveByHttp(gitdir, { login, certificate: authority.issue('valid') }, access);
}

/** A file with a token as people write it, with an end of line. Gives its path. */
export function writeToken(token: string): string {
  const path = join(temporaryDirectory(), 'token');
  writeFileSync(path, `${token}\n`, { mode: 0o600 });
  return path;
}

async function serveByHttp(
  gitdir: string,
  behaviour: GitHttpBehaviour,
  access: Access,
): Promise<ServedByHttp> {
  const server = await startGitHttp({ root: dirname(gitdir), ...behaviour });
  const { port } = server;
  const url = server.urlOf(basename(gitdir));
  return {
    server,
    port,
    url,
    access,
    stop: () => server.stop(),
    start: () => server.restart(behaviour),
    through: (other) => ({ url: url.replace(`:${port}/`, `:${other}/`), access }),
  };
}

/** The repository on a server that lets in one key. Connections are kept, as they are on hosts. */
export async function placeOnSsh(gitdir: string): Promise<ServedBySsh> {
  return describeSsh(await startSshd(), gitdir, 90);
}

/** The same with a server that speaks only the first version of git's protocol. */
export async function placeOnOldSsh(gitdir: string): Promise<ServedBySsh> {
  return describeSsh(await startSshd({ takesGitProtocol: false }), gitdir, 0);
}

function describeSsh(server: TestSshd, gitdir: string, keptSeconds: number): ServedBySsh {
  const { port, identityFile, knownHostsFile } = server;
  const access = { ...NO_ACCESS, identityFile, knownHostsFile, keptSeconds };
  const url = server.urlOf(gitdir);
  return {
    server,
    port,
    url,
    access,
    stop: () => server.stop(),
    start: () => server.start(),
    through: (other) => {
      const known = join(temporaryDirectory(), 'known_hosts');
      writeFileSync(known, readFileSync(knownHostsFile, 'utf8') + server.hostLine(other));
      return { url: url.replace(`:${port}/`, `:${other}/`), access: { ...access, knownHostsFile: known } };
    },
  };
}

/** A server that breaks on demand in front of a place, and breaks nothing yet. */
export async function putFaultyServerBefore(
  place: Served,
): Promise<Pick<Place, 'url' | 'access'> & { readonly faulty: FaultyServer }> {
  const faulty = await startFaultyServer({ kind: 'forward', upstream: place.port });
  return { faulty, ...place.through(faulty.port) };
}
