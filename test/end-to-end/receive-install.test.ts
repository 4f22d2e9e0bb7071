import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAIN } from '../helpers/built-program.ts';
import { isRoot } from '../helpers/temporary-directory.ts';
import { giveTo, Pusher } from './pusher.ts';
import { RealHost } from './real-host.ts';

const FILES = ['reconcile-receive.config', 'config', 'hooks/pre-receive', 'hooks/post-receive'];

async function start(settings = '') {
  const host = await RealHost.start();
  host.configure(`control:\n  socket: ${host.directory}/control/socket\n${settings}`);
  const receive = (...args: readonly string[]) => host.call('receive', ...args, '--config', host.config);
  return { host, receive };
}

/** All bytes and modes below a directory but the objects and what is pushed. */
function snapshot(directory: string): Readonly<Record<string, string>> {
  const paths = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter(
    (path) => !/^(objects|refs|packed-refs)/.test(path),
  );
  return Object.fromEntries(
    paths.sort().map((path) => {
      const stat = statSync(join(directory, path));
      const bytes = stat.isFile() ? readFileSync(join(directory, path), 'latin1') : '';
      return [path, `${stat.mode} ${stat.uid} ${bytes}`];
    }),
  );
}

describe('reconcile receive install', () => {
  test('tells what it does, does it once, and uninstall takes it back byte for byte', async () => {
    const { host, receive } = await start('limits:\n  pack_bytes: 5000000\n');
    const before = snapshot(host.bare);
    const tell = (what: readonly string[]) =>
      FILES.map((file, i) => `${host.bare}/${file}: ${what[i]}\n`).join('');
    const words = ['created', 'replaced', 'created', 'created'];
    expect(receive('install', '--dry-run')).toEqual({
      exit: 0,
      stdout: tell(words.map((word) => `would be ${word}`)),
      stderr: '',
    });
    expect(snapshot(host.bare)).toEqual(before);
    expect(receive('install')).toEqual({ exit: 0, stdout: tell(words), stderr: '' });
    expect(receive('install')).toEqual({ exit: 0, stdout: `${host.bare}: nothing to do\n`, stderr: '' });
    expect(
      execFileSync('git', ['-C', host.bare, 'config', 'receive.maxInputSize'], { encoding: 'utf8' }),
    ).toBe('5000000\n');
    expect(receive('uninstall', '--dry-run').stdout).toContain('hooks/pre-receive: would be removed\n');
    expect(receive('uninstall')).toMatchObject({ exit: 0, stderr: '' });
    expect(snapshot(host.bare)).toEqual(before);
    expect(receive('uninstall').stdout).toBe(`${host.bare}: nothing to do\n`);
  });

  test('gives the hooks the settings of the environment', async () => {
    const { host } = await start();
    const env = { ...process.env, RECONCILE_BRANCH: 'live', RECONCILE_CONFIG: host.config };
    spawnSync(process.execPath, [MAIN, 'receive', 'install'], { env, stdio: 'ignore' });
    const pusher = await Pusher.clone(host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: [\n' });
    expect((await pusher.push('origin', 'HEAD:main')).isTaken).toBe(true);
    expect((await pusher.push('origin', 'HEAD:live')).remote).toContain('on branch live is refused');
  });

  test('keeps the hooks of somebody else, and tells what they have to call', async () => {
    const { host, receive } = await start();
    const hook = join(host.bare, 'hooks', 'pre-receive');
    writeFileSync(hook, '#!/bin/sh\nexit 0\n', { mode: 0o755 });
    const before = snapshot(host.bare);
    const { exit, stderr } = receive('install');
    expect(exit).toBe(78);
    const [, call = ''] = /^ {2}hooks\/pre-receive: (.* pre-receive --config .*)$/m.exec(stderr) ?? [];
    expect(call).toContain(host.config);
    expect(stderr).not.toContain('post-receive');
    expect(snapshot(host.bare)).toEqual(before);
    expect(receive('uninstall').stdout).toBe(`${host.bare}: nothing to do\n`);
    writeFileSync(hook, `#!/bin/sh\nread -r line\necho theirs >&2\necho "$line" | ${call}\n`);
    const pusher = await Pusher.clone(host.bare);
    await pusher.commit({ 'env/common.yaml': 'A: [\n' });
    expect((await pusher.push()).remote).toMatch(/^theirs\nreconcile: .* is refused[\s\S]*\[YAML_SYNTAX\]/);
  });

  test('leaves a hook of its own that somebody has changed, and says so', async () => {
    const { host, receive } = await start();
    receive('install');
    const hook = join(host.bare, 'hooks', 'post-receive');
    writeFileSync(hook, `${readFileSync(hook, 'utf8')}# mine\n`);
    expect(receive('install').exit).toBe(78);
    expect(receive('uninstall').stdout).toContain(`note: ${hook} was changed by somebody else and stays\n`);
    expect(readFileSync(hook, 'utf8')).toContain('# mine');
  });

  test('is not made where other hooks are set up, and can be taken back all the same', async () => {
    const { host, receive } = await start();
    receive('install');
    execFileSync('git', ['-C', host.bare, 'config', 'core.hooksPath', '/etc/hooks']);
    expect(receive('install')).toMatchObject({ exit: 78, stderr: expect.stringContaining('/etc/hooks') });
    expect(receive('uninstall')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('hooks/pre-receive: removed'),
    });
  });

  test('is for repositories of this host, and for nothing else', async () => {
    const { host, receive } = await start();
    expect(receive('upgrade')).toMatchObject({ exit: 64 });
    host.configure('', { url: 'https://git.example.com/team/env.git' });
    expect(receive('install')).toMatchObject({
      exit: 64,
      stderr: expect.stringContaining('people push to that server'),
    });
    host.configure('', { url: join(host.directory, 'config') });
    expect(receive('install')).toMatchObject({ exit: 78, stderr: expect.stringContaining('not bare') });
    host.configure('', { url: join(host.directory, 'nowhere') });
    expect(receive('install')).toMatchObject({ exit: 12 });
    host.configure('', { url: `file://${host.bare}` });
    expect(receive('install', '--dry-run')).toMatchObject({ exit: 0 });
  });

  test('refuses a place in which others can put other hooks', async () => {
    const { host, receive } = await start();
    chmodSync(host.bare, 0o777);
    expect(receive('install')).toMatchObject({
      exit: 78,
      stderr: expect.stringMatching(/can be written by others.*\[REPOSITORY_UNUSABLE\]/),
    });
  });
});

describe.runIf(isRoot)('of a repository that is not mine', () => {
  const as = (user: number, host: RealHost, ...args: readonly string[]) => {
    const words = [
      `--reuid=${user}`,
      `--regid=${user}`,
      '--clear-groups',
      process.execPath,
      MAIN,
      'receive',
      ...args,
    ];
    const { status, stdout, stderr } = spawnSync('setpriv', [...words, '--config', host.config], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH },
    });
    return { exit: status, stdout, stderr };
  };

  test('I can set up nothing, unless I am root; its owner can', async () => {
    const { host, receive } = await start();
    giveTo(65534, host.bare);
    expect(as(65533, host, 'install')).toMatchObject({
      exit: 78,
      stderr: expect.stringContaining('belongs to user 65534'),
    });
    const before = snapshot(host.bare);
    expect(receive('install')).toMatchObject({
      exit: 0,
      stdout: expect.stringContaining('note: user 65534 owns the repository'),
    });
    expect(as(65534, host, 'uninstall')).toMatchObject({ exit: 0, stderr: '' });
    expect(snapshot(host.bare)).toEqual(before);
    expect(as(65534, host, 'install')).toMatchObject({ exit: 0, stderr: '' });
    expect(receive('install').stdout).toContain('nothing to do');
  });
});
