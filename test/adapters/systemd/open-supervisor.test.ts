import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSupervisor, withoutSupervisor } from '../../../src/adapters/systemd/open-supervisor.ts';
import { FakeLog } from '../../helpers/fakes/log.ts';
import { openNotifySocket } from '../../helpers/notify-socket.ts';
import { waitFor } from '../../helpers/wait-for.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'fixtures', 'programs', 'tell-supervisor.ts');
const log = new FakeLog();

test('nobody is told where systemd wants to hear nothing', async () => {
  const nobody = openSupervisor({}, log);
  nobody.tell({ READY: '1' });
  await nobody.close();
  expect(nobody.intervalMs).toBeNull();
});

test('systemd-notify tells in the order of the calls, each in one message of whole lines', async () => {
  const socket = await openNotifySocket();
  const supervisor = openSupervisor({ NOTIFY_SOCKET: socket.path }, log);
  supervisor.tell({ READY: '1', STATUS: 'two words, é\nREADY=0' });
  supervisor.tell({ WATCHDOG: '1' });
  supervisor.tell({ RELOADING: '1' });
  await supervisor.close();
  expect(socket.messages()).toEqual([
    'READY=1\nSTATUS=two words, é READY=0',
    'WATCHDOG=1',
    expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=[1-9]\d{6,}$/),
  ]);
  expect(log.names()).toEqual([]);
});

test('a descriptor that was passed is written to, and no other process gets it', async () => {
  const socket = await openNotifySocket();
  const [command, ...args] = [...socket.passing, process.execPath, '--import', 'tsx', PROGRAM];
  const { stdout, stderr } = spawnSync(command ?? '', args, { encoding: 'utf8' });
  await waitFor('the messages', () => socket.messages().length === 2);
  expect(socket.messages()).toEqual([
    'READY=1\nSTATUS=by a descriptor',
    expect.stringMatching(/^RELOADING=1\nMONOTONIC_USEC=\d+$/),
  ]);
  expect([stdout, stderr]).toEqual(['a child has no descriptor 3\n', '']);
});

test('a socket that is gone is told once, and nothing else happens', async () => {
  const own = new FakeLog();
  const supervisor = openSupervisor({ NOTIFY_SOCKET: '/nonexistent/notify' }, own);
  for (let i = 0; i < 3; i++) supervisor.tell({ WATCHDOG: '1' });
  await supervisor.close();
  expect(own.events).toMatchObject([
    { level: 'warning', name: 'untold', fields: { reason: expect.stringContaining('systemd-notify') } },
  ]);
});

const OWN_PID = String(process.pid);

test.each([
  [{}, null],
  [{ WATCHDOG_USEC: '60000000' }, 30_000],
  [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: OWN_PID }, 30_000],
  [{ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '1' }, null],
  [{ WATCHDOG_USEC: '1' }, 1],
  [{ WATCHDOG_USEC: '0' }, null],
  [{ WATCHDOG_USEC: 'soon' }, null],
  [{ WATCHDOG_USEC: '9007199254740991' }, 2 ** 31 - 1],
])('with %j he wants to hear every %s ms', (environment, intervalMs) => {
  const nowhere = { NOTIFY_SOCKET: '/nonexistent/notify' };
  expect(openSupervisor({ ...nowhere, ...environment }, log).intervalMs).toBe(intervalMs);
});

test.each([
  [{ LISTEN_PID: '1', LISTEN_FDS: '1', LISTEN_FDNAMES: 'notify' }],
  [{ LISTEN_PID: OWN_PID, LISTEN_FDS: '1', LISTEN_FDNAMES: 'http' }],
  [{ LISTEN_PID: OWN_PID, LISTEN_FDS: '1', LISTEN_FDNAMES: 'http:notify' }],
  [{ LISTEN_PID: OWN_PID, LISTEN_FDS: '1' }],
])('no descriptor is taken that was meant for somebody else: %j', async (environment) => {
  const socket = await openNotifySocket();
  const supervisor = openSupervisor({ ...environment, NOTIFY_SOCKET: socket.path }, log);
  supervisor.tell({ READY: '1' });
  await supervisor.close();
  expect(socket.messages()).toEqual(['READY=1']);
});

test('a process of ours gets nothing that was meant for the daemon', () => {
  const names = [
    'NOTIFY_SOCKET',
    'WATCHDOG_USEC',
    'WATCHDOG_PID',
    'LISTEN_PID',
    'LISTEN_FDS',
    'LISTEN_FDNAMES',
  ];
  const environment = Object.fromEntries([...names, 'PATH', 'JOURNAL_STREAM'].map((name) => [name, 'x']));
  expect(withoutSupervisor(environment)).toEqual({ PATH: 'x', JOURNAL_STREAM: 'x' });
});
