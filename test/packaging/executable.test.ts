import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { buildExecutable } from '../../packaging/executable/build-executable.ts';
import { VERSION } from '../../src/core/version.ts';
import { Pusher } from '../end-to-end/pusher.ts';
import { startDaemon } from '../end-to-end/real-daemon.ts';
import { RealHost } from '../end-to-end/real-host.ts';
import { temporaryDirectory } from '../helpers/temporary-directory.ts';
import { waitFor } from '../helpers/wait-for.ts';

const TEMPLATE = join(import.meta.dirname, '..', '..', 'config-repo-template');
let executable = '';

beforeAll(async () => {
  executable = await buildExecutable('x64');
});

/** On its own: no Node.js and no checkout can be found from there. */
function call(args: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const { status, stdout, stderr } = spawnSync(executable, args, {
    cwd: temporaryDirectory(),
    env: { PATH: '/usr/bin:/bin', ...environment },
    encoding: 'utf8',
  });
  return { exit: status, stdout, stderr };
}

async function startHost(settings = ''): Promise<RealHost> {
  const host = await RealHost.start({ processControlTimeout: '10s' }, settings);
  host.program = [executable];
  return host;
}

describe('the single executable', () => {
  test('tells its version and nothing else, whatever other programs of the host want of Node.js', () => {
    const told = { exit: 0, stdout: `${VERSION}\n`, stderr: '' };
    expect(call(['--version'])).toEqual(told);
    expect(call(['--version'], { NODE_OPTIONS: '--jitless --require /nonexistent.js' })).toEqual(told);
  });

  test('makes a config repository of the template that it carries, and finds no mistake in it', () => {
    const directory = join(temporaryDirectory(), 'config');
    expect(call(['init', directory])).toMatchObject({ exit: 0, stderr: '' });
    const files = (root: string) =>
      readdirSync(root, { recursive: true, encoding: 'utf8' })
        .filter((name) => !/^\.git(\/|$)/.test(name))
        .sort();
    expect(files(directory)).toEqual(files(TEMPLATE));
    expect(call(['check', directory])).toMatchObject({ exit: 0, stderr: '' });
  });

  test('brings a commit in with one reload, and is silent when nothing changed', async () => {
    const host = await startHost();
    expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    expect(host.once()).toMatchObject({ exit: 0, stderr: '' });
    expect(host.once()).toEqual({ exit: 0, stdout: '', stderr: '' });
    expect([await host.ask('A'), host.php.reloadsSeen()]).toEqual(['two', 2]);
  });

  test('loads no package, and of Node.js nothing for networks and programs, when there is nothing to do', async () => {
    const host = await startHost();
    expect(host.once()).toMatchObject({ exit: 0 });
    const { functions, modules } = runWithCoverage(['--once', '--config', host.config]);
    expect(functions.filter((name) => name.includes('node_modules/'))).toEqual([]);
    expect(modules).toContain('node:fs');
    expect(modules.filter((name) => /^node:(child_process|net|http|sea)$/.test(name))).toEqual([]);
  });

  test('as a daemon has a runner, which is itself', async () => {
    const host = await startHost();
    const daemon = await startDaemon(host);
    const children = `/proc/${daemon.pid}/task/${daemon.pid}/children`;
    const [runner = ''] = readFileSync(children, 'utf8').split(' ');
    const words = readFileSync(`/proc/${runner}/cmdline`, 'utf8').split('\0');
    expect(words.slice(0, 2)).toEqual([executable, 'runner']);
    await host.commit({ 'env/common.yaml': 'A: two\n' });
    await waitFor('the push', async () => (await host.ask('A')) === 'two');
    expect(await daemon.stop()).toBe(0);
  });

  test('is called by the hooks that it installs, which answer a push', async () => {
    const host = await startHost();
    host.configure(`control:\n  socket: ${host.directory}/control/socket\n`);
    expect(host.once()).toMatchObject({ exit: 0 });
    expect(host.call('receive', 'install', '--config', host.config)).toMatchObject({ exit: 0, stderr: '' });
    await startDaemon(host);
    const pusher = await Pusher.clone(host.bare);
    const commit = await pusher.commit({ 'env/common.yaml': 'A: two\n' });
    const { isTaken, remote } = await pusher.push();
    expect(isTaken).toBe(true);
    expect(remote).toContain(`${commit.slice(0, 12)} is live on web-1`);
    await pusher.commit({ 'env/common.yaml': 'A: [\n' });
    expect((await pusher.push()).isTaken).toBe(false);
    expect(await host.ask('A')).toBe('two');
  });
});

/** What a call runs of our code and loads of Node.js, as V8 counts it. */
function runWithCoverage(args: readonly string[]) {
  const directory = join(temporaryDirectory(), 'coverage');
  expect(call(args, { NODE_V8_COVERAGE: directory })).toEqual({ exit: 0, stdout: '', stderr: '' });
  const [file = ''] = readdirSync(directory);
  const { result }: Coverage = JSON.parse(readFileSync(join(directory, file), 'utf8'));
  const ran = result.flatMap(({ functions }) => functions).filter(({ ranges: [range] }) => range.count > 0);
  return { functions: ran.map(({ functionName }) => functionName), modules: result.map(({ url }) => url) };
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly [{ readonly count: number }];
    }[];
  }[];
}
