import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAIN } from '../helpers/built-program.ts';
import type { NotifySocket } from '../helpers/notify-socket.ts';
import { openNotifySocket } from '../helpers/notify-socket.ts';
import { waitFor } from '../helpers/wait-for.ts';
import type { RealDaemon, Starting } from './real-daemon.ts';
import { startDaemonBy } from './real-daemon.ts';
import { RealHost } from './real-host.ts';

/** So long that nothing is told by it while a test takes its time, unless the test wants to see it. */
const LONG = { WATCHDOG_USEC: '600000000' };

const ways: readonly (readonly [string, (socket: NotifySocket) => Starting])[] = [
  ['systemd-notify', ({ path }) => ({ env: { NOTIFY_SOCKET: path, ...LONG } })],
  [
    'a descriptor that systemd passed',
    ({ path, passing }) => ({
      under: passing,
      env: { NOTIFY_SOCKET: `${path}.not-this-one`, ...LONG },
    }),
  ],
];

describe.each(ways)('a daemon tells systemd, by %s', (_way, starting) => {
  test('that it is ready, how each run went, that it reloads, and that it ends', async () => {
    const host = await RealHost.start();
    const socket = await openNotifySocket();
    const told = (pattern: RegExp) => socket.messages().findIndex((message) => pattern.test(message));
    const daemon = await startDaemonBy(host, starting(socket));
    await waitFor('READY', () => told(/^READY=1\nSTATUS=\S+Z [0-9a-f]{12}: created /) === 0);
    const commit = (await host.commit({ 'env/common.yaml': 'A: two\n' })).slice(0, 12);
    await waitFor('STATUS', () => told(new RegExp(`^STATUS=\\S+Z ${commit}: replaced .* reloaded`)) > 0);
    daemon.signal('SIGHUP');
    await waitFor('the end of the reload', () => told(/^READY=1$/) > 0);
    const reload = told(/^RELOADING=1\nMONOTONIC_USEC=\d+$/);
    const between = socket.messages().slice(reload + 1, told(/^READY=1$/));
    expect([reload > 0, between.join('\n')]).toEqual([
      true,
      expect.stringMatching(new RegExp(`STATUS=\\S+Z in sync with ${commit}$`)),
    ]);
    expect(await daemon.stop()).toBe(0);
    await waitFor('STOPPING', () => socket.messages().at(-1) === 'STOPPING=1');
    expect(daemon.said()).not.toContain('untold');
  });

  test('that it turns, twice in the time that it was given', async () => {
    const host = await RealHost.start();
    const socket = await openNotifySocket();
    const { under = [], env } = starting(socket);
    const daemon = await startDaemonBy(host, { under, env: { ...env, WATCHDOG_USEC: '1000000' } });
    const beats = () => socket.messages().filter((message) => message === 'WATCHDOG=1').length;
    await waitFor('two beats', () => beats() >= 2, 5_000);
    expect(await daemon.stop()).toBe(0);
  });
});

test('the processes of a run hear nothing of systemd, so that none tells it anything', async () => {
  const host = await RealHost.start();
  const socket = await openNotifySocket();
  const daemon = await startDaemonBy(host, { env: { NOTIFY_SOCKET: socket.path, ...LONG } });
  const [runner = ''] = childrenOf(daemon);
  const names = readFileSync(`/proc/${runner}/environ`, 'utf8')
    .split('\0')
    .map((line) => line.split('=')[0]);
  expect(names).toContain('PATH');
  expect(names.filter((name) => /^(NOTIFY_SOCKET|WATCHDOG_|LISTEN_)/.test(name ?? ''))).toEqual([]);
});

function childrenOf({ pid }: RealDaemon): readonly string[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
}

describe('stderr', () => {
  const run = (host: RealHost, stream: (file: { dev: bigint; ino: bigint }) => string) => {
    const path = join(host.directory, 'stderr');
    const file = openSync(path, 'w');
    const env = { ...process.env, JOURNAL_STREAM: stream(fstatSync(file, { bigint: true })) };
    const args = [MAIN, '--once', '--verbose', '--config', host.config];
    spawnSync(process.execPath, args, { env, stdio: ['ignore', 'ignore', file] });
    closeSync(file);
    return readFileSync(path, 'utf8').trim().split('\n');
  };

  test('that goes to journald has the priority of each line, in each format', async () => {
    const host = await RealHost.start();
    for (const line of run(host, ({ dev, ino }) => `${dev}:${ino}`))
      expect(line).toMatch(/^<[67]>(info|debug) /);
    host.configure('log:\n  format: json\n');
    for (const line of run(host, ({ dev, ino }) => `${dev}:${ino}`))
      expect(JSON.parse(line.replace(/^<[67]>/, ''))).toMatchObject({ event: expect.any(String) });
  });

  test('that was taken away from journald has none', async () => {
    const host = await RealHost.start();
    for (const line of run(host, ({ dev, ino }) => `${dev}:${ino + 1n}`))
      expect(line).toMatch(/^(info|debug) /);
  });
});
