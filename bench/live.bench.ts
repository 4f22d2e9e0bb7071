import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { test } from 'vitest';
import type { RealDaemon } from '../test/end-to-end/real-daemon.ts';
import { startDaemon } from '../test/end-to-end/real-daemon.ts';
import { RealHost } from '../test/end-to-end/real-host.ts';
import { findFreePort } from '../test/helpers/free-port.ts';
import type { GitHttpServer } from '../test/helpers/git-http-server.ts';
import { startGitHttp } from '../test/helpers/git-http-server.ts';
import { startPhpFpm } from '../test/helpers/php-fpm.ts';
import { temporaryDirectory } from '../test/helpers/temporary-directory.ts';
import { waitFor } from '../test/helpers/wait-for.ts';
import { deliver, writeWebhookSecret } from './forge.ts';
import type { Lane } from './interleave.ts';
import { interleave } from './interleave.ts';
import { waitUntilServed } from './served.ts';
import { judge } from './targets.ts';

const PUSHES = 50;

test('from push to live, beside the least that it takes', async () => {
  const [place, rested] = [await startPlace(), await startPlace()];
  const lanes = [await makeFloor(place), await makeDaemon(place), await makeRested(rested)];
  const timings = await interleave(lanes, PUSHES);
  const [floor, daemon] = [timings.get('floor'), timings.get('daemon')];
  if (floor === undefined || daemon === undefined) throw new Error('a lane is missing');
  for (const [name, { wall, wall95 }] of timings)
    console.info(
      `${name.padEnd(14)} median ${wall.toFixed(0)} ms, p95 ${wall95.toFixed(0)} ms (${PUSHES} pushes)`,
    );
  judge([
    {
      what: 'push → served, to push + fetch + SIGUSR2',
      value: daemon.wall / floor.wall,
      limit: 2,
      unit: 'times',
    },
    { what: 'push → served, median', value: daemon.wall, limit: 300, unit: 'ms' },
  ]);
});

/** A host, and the server of its repository. */
interface Place {
  readonly host: RealHost;
  readonly server: GitHttpServer;
}

async function startPlace(): Promise<Place> {
  const host = await RealHost.start();
  return { host, server: await startGitHttp({ root: host.directory }) };
}

interface DaemonLane extends Lane {
  readonly prepare: () => Promise<void>;
  readonly daemon: RealDaemon;
}

/** A daemon that hears of the push by a webhook, as a forge sends it when the push is over. */
async function makeDaemon({ host, server }: Place): Promise<DaemonLane> {
  const port = await findFreePort();
  const secret = writeWebhookSecret();
  host.configure(`listen:\n  port: ${port}\nwebhook:\n  sender: github\n  secret_file: ${secret}\n`, {
    url: server.urlOf(basename(host.bare)),
  });
  const work = new WorkTree(server, host.bare);
  return {
    name: 'daemon',
    daemon: await startDaemon(host),
    prepare: () => work.commit(),
    async run() {
      await work.push();
      await deliver(port, work.tip);
      await waitUntilServed(host.php, work.value);
    },
  };
}

/** The same after a rest: the process of its runs has ended, and is started for this one. */
async function makeRested(place: Place): Promise<Lane> {
  const { daemon, prepare, run } = await makeDaemon(place);
  return {
    name: 'daemon, rested',
    async prepare() {
      await prepare();
      for (const runner of daemon.runners()) process.kill(runner, 'SIGKILL');
      await waitFor('the process of the runs to end', () => daemon.runners().length === 0);
    },
    run,
  };
}

/** Push, fetch, one file, one signal: nothing is proven, and nothing could be put back. */
async function makeFloor({ host, server }: Place): Promise<Lane> {
  const bare = join(host.directory, 'floor.git');
  execFileSync('git', ['clone', '-q', '--bare', host.bare, bare]);
  const clone = join(temporaryDirectory(), 'clone.git');
  execFileSync('git', ['init', '-q', '--bare', clone]);
  const work = new WorkTree(server, bare);
  const php = await startPhpFpm();
  return {
    name: 'floor',
    prepare: () => work.commit(),
    async run() {
      await work.push();
      await git('-C', clone, 'fetch', '-q', '--no-tags', server.urlOf('floor.git'), '+main:main');
      writeFileSync(php.envPath, `env["A"] = "${work.value}"\n`);
      process.kill(php.pid, 'SIGUSR2');
      await waitUntilServed(php, work.value);
    },
  };
}

/** Where somebody commits and pushes to a server. */
class WorkTree {
  readonly #path = join(temporaryDirectory(), 'work');
  readonly #url: string;
  #commits = 0;
  tip = '';

  constructor(server: GitHttpServer, bare: string) {
    this.#url = server.urlOf(basename(bare));
    execFileSync('git', ['-C', bare, 'config', 'http.receivepack', 'true']);
    execFileSync('git', ['clone', '-q', bare, this.#path]);
  }

  get value(): string {
    return `v${this.#commits}`;
  }

  async commit(): Promise<void> {
    this.#commits++;
    writeFileSync(join(this.#path, 'env/common.yaml'), `A: ${this.value}\n`);
    const who = ['-c', 'user.name=bench', '-c', 'user.email=bench@localhost'];
    await git('-C', this.#path, ...who, 'commit', '-q', '-a', '-m', 'change');
    this.tip = execFileSync('git', ['-C', this.#path, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  }

  async push(): Promise<void> {
    await git('-C', this.#path, 'push', '-q', this.#url, 'HEAD:main');
  }
}

async function git(...args: readonly string[]): Promise<void> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
  await promisify(execFile)('git', [...args], { env });
}
