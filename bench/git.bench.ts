import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';
import type { Access } from '../src/adapters/git/access.ts';
import { localRepoSource } from '../src/adapters/git/local.ts';
import { ObjectStore } from '../src/adapters/git/object-store.ts';
import { httpSnapshotSource } from '../src/adapters/git/snapshot/http-snapshot.ts';
import type { GitSource } from '../src/ports.ts';
import type { GitHttpServer } from '../test/helpers/git-http-server.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import { NO_ACCESS } from '../test/helpers/git-places.ts';
import type { TestSshd } from '../test/helpers/ssh-server.ts';
import { startSshd } from '../test/helpers/ssh-server.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';
import { GitStore } from './git-store.ts';
import type { Lane } from './interleave.ts';
import { formatTimings, interleave, ratioIn, wallOf } from './interleave.ts';
import { LIMITS, openMirror, TRACKED } from './open-mirror.ts';
import { postOnce } from './post-once.ts';
import type { Target } from './targets.ts';
import { judge } from './targets.ts';

const ROUNDS = 15;
const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_TERMINAL_PROMPT: '0',
};

/** One repository, every way to it, and git beside each. */
interface Bench {
  readonly store: GitStore;
  readonly http: GitHttpServer;
  readonly ssh: TestSshd;
  readonly access: Access;
  /** For git alone: a new connection each time, or one that is kept. */
  readonly sshEnvironment: { readonly anew: NodeJS.ProcessEnv; readonly kept: NodeJS.ProcessEnv };
}

test('local, file, http and ssh, small and large', async () => {
  const root = temporaryDirectory();
  const stores = [
    new GitStore(root, { name: 'small', files: 20, commits: 20 }),
    new GitStore(root, { name: 'large', files: 5_000, commits: 10_000 }),
  ];
  const http = await startGitHttp({ root });
  const ssh = await startSshd();
  const targets: Target[] = [];
  for (const store of stores) {
    const bench = makeBench(store, http, ssh);
    targets.push(...(await measureNoOp(bench)), ...(await measureUpdate(bench)));
  }
  judge(targets);
});

function makeBench(store: GitStore, http: GitHttpServer, ssh: TestSshd): Bench {
  const { identityFile, knownHostsFile } = ssh;
  const command = `ssh -F none -i ${identityFile} -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=${knownHostsFile}`;
  const keep = `-o ControlMaster=auto -o ControlPath=${join(temporaryDirectory(), 'socket')} -o ControlPersist=90`;
  return {
    store,
    http,
    ssh,
    access: { ...NO_ACCESS, identityFile, knownHostsFile, keptSeconds: 90 },
    sshEnvironment: {
      anew: { ...ENVIRONMENT, GIT_SSH_COMMAND: command },
      kept: { ...ENVIRONMENT, GIT_SSH_COMMAND: `${command} ${keep}` },
    },
  };
}

/** Nothing new: how long it takes to see that. */
async function measureNoOp(bench: Bench): Promise<readonly Target[]> {
  const { store, http, ssh } = bench;
  const name = nameOf(store);
  const lanes: readonly Lane[] = [
    { name: 'read the ref', run: () => void readFileSync(join(store.path, 'refs/heads/main')) },
    await probing('local', localSource(bench)),
    gitFetch('file git fetch', bench, `file://${store.path}`),
    await probing('file', mirror(bench, `file://${store.path}`)),
    { name: 'http one POST', run: () => postOnce(http.urlOf(`${name}.git`)) },
    gitFetch('http git fetch', bench, http.urlOf(`${name}.git`)),
    {
      name: 'http git ls-remote',
      run: async () =>
        void (await git(ENVIRONMENT, 'ls-remote', http.urlOf(`${name}.git`), 'refs/heads/main')),
    },
    await probing('http', snapshot(bench)),
    gitFetch('ssh git fetch', bench, ssh.urlOf(store.path)),
    gitFetch('ssh git fetch, kept', bench, ssh.urlOf(store.path)),
    await probing('ssh', mirror(bench, ssh.urlOf(store.path))),
  ];
  const timings = await interleave(lanes, ROUNDS);
  console.info(formatTimings(`${name}: nothing new, medians of ${ROUNDS} rounds`, timings));
  const ratio = ratioIn(timings);
  return [
    { what: `${name}, no-op, local`, value: wallOf(timings, 'local'), limit: 2, unit: 'ms' },
    {
      what: `${name}, no-op, file, to git fetch`,
      value: ratio('file', 'file git fetch'),
      limit: 1.2,
      unit: 'times',
    },
    {
      what: `${name}, no-op, http, to one POST`,
      value: ratio('http', 'http one POST'),
      limit: 1.3,
      unit: 'times',
    },
    {
      what: `${name}, no-op, http, to git ls-remote`,
      value: ratio('http', 'http git ls-remote'),
      limit: 1 / 3,
      unit: 'times',
    },
    {
      what: `${name}, no-op, http, CPU`,
      value: timings.get('http')?.cpu ?? Number.NaN,
      limit: 1.5,
      unit: 'ms',
    },
    {
      what: `${name}, no-op, ssh, to git fetch on a kept connection`,
      value: ratio('ssh', 'ssh git fetch, kept'),
      limit: 1.2,
      unit: 'times',
    },
    {
      what: `${name}, no-op, ssh, to git fetch on a new connection`,
      value: ratio('ssh', 'ssh git fetch'),
      limit: 1 / 5,
      unit: 'times',
    },
  ];
}

/** One commit that changes one file: until all files of it are in memory. */
async function measureUpdate(bench: Bench): Promise<readonly Target[]> {
  const { store, http, ssh } = bench;
  const name = nameOf(store);
  const url = http.urlOf(`${name}.git`);
  const prepare = () => void store.commit();
  const lanes: readonly Lane[] = [
    { name: 'local one blob', prepare, run: async () => await readOneBlob(store) },
    await updating('local', prepare, localSource(bench)),
    { ...gitFetch('file git fetch', bench, `file://${store.path}`), prepare },
    await updating('file', prepare, mirror(bench, `file://${store.path}`)),
    { ...gitFetch('http git fetch', bench, url), prepare },
    await updating('http snapshot', prepare, snapshot(bench)),
    await updating('http mirror', prepare, mirror(bench, url)),
    { ...gitFetch('ssh git fetch, kept', bench, ssh.urlOf(store.path)), prepare },
    await updating('ssh', prepare, mirror(bench, ssh.urlOf(store.path))),
  ];
  const timings = await interleave(lanes, ROUNDS);
  console.info(formatTimings(`${name}: one new commit, medians of ${ROUNDS} rounds`, timings));
  const ratio = ratioIn(timings);
  const isSmall = name === 'small';
  const http1 = isSmall
    ? {
        what: `${name}, update, http snapshot, to git fetch`,
        value: ratio('http snapshot', 'http git fetch'),
        limit: 0.7,
        unit: 'times',
      }
    : {
        what: `${name}, update, http mirror, to git fetch`,
        value: ratio('http mirror', 'http git fetch'),
        limit: 1.3,
        unit: 'times',
      };
  return [
    {
      what: `${name}, update, local, to reading one blob`,
      value: ratio('local', 'local one blob'),
      limit: 2,
      unit: 'times',
    },
    {
      what: `${name}, update, file, to git fetch`,
      value: ratio('file', 'file git fetch'),
      limit: 1.3,
      unit: 'times',
    },
    http1,
    {
      what: `${name}, update, ssh, to git fetch on a kept connection`,
      value: ratio('ssh', 'ssh git fetch, kept'),
      limit: 1.2,
      unit: 'times',
    },
  ];
}

function nameOf(store: GitStore): string {
  return store.path.endsWith('small.git') ? 'small' : 'large';
}

function localSource({ store }: Bench): GitSource {
  return localRepoSource({ path: store.path, tracked: TRACKED, limits: LIMITS });
}

function mirror({ access }: Bench, url: string): GitSource {
  return openMirror(url, access).source;
}

function snapshot({ http, store, access }: Bench): GitSource {
  const url = http.urlOf(`${nameOf(store)}.git`);
  return httpSnapshotSource({ url, tracked: TRACKED, access, limits: LIMITS });
}

/** The source has read the tip once before. */
async function probing(name: string, source: GitSource): Promise<Lane> {
  await source.read(await source.probe());
  return { name, run: async () => void (await source.probe()) };
}

async function updating(name: string, prepare: () => void, source: GitSource): Promise<Lane> {
  await source.read(await source.probe());
  return { name, prepare, run: async () => void (await source.read(await source.probe())) };
}

/** git alone, into a bare clone of its own. */
function gitFetch(name: string, { sshEnvironment }: Bench, url: string): Lane {
  const clone = join(temporaryDirectory(), 'clone.git');
  execFileSync('git', ['init', '-q', '--bare', clone]);
  const args = ['-C', clone, 'fetch', '-q', '--no-tags', '--no-auto-maintenance', '--no-write-fetch-head'];
  const env = sshEnvironment[name.endsWith('kept') ? 'kept' : 'anew'];
  return {
    name,
    run: async () => void (await git(env, ...args, url, '+refs/heads/main:refs/source/candidate')),
  };
}

async function git(env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<void> {
  await promisify(execFile)('git', args, { env, maxBuffer: 64 * 1024 * 1024 });
}

async function readOneBlob(store: GitStore): Promise<void> {
  const objects = new ObjectStore({ gitdir: store.path }, LIMITS);
  const commit = await objects.readCommit(readFileSync(join(store.path, 'refs/heads/main'), 'utf8').trim());
  const env = (await objects.readTree(commit.tree)).find(({ name }) => name === 'env');
  const folder = (await objects.readTree(env?.oid ?? '')).find(({ name }) => name === '0');
  const file = (await objects.readTree(folder?.oid ?? '')).find(({ name }) => name === '0.yaml');
  await objects.readBlob(file?.oid ?? '');
}
