import { spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readChildren } from '../../../src/adapters/process-table.ts';
import { startPhpFpm } from '../../helpers/php-fpm.ts';
import { waitFor } from '../../helpers/wait-for.ts';
import { elapsedMs, fileWith, inspectRunning, install, revisionOf, serviceOf } from './service-under-test.ts';

/** Bears the title of a daemonized master, loses its first SIGUSR2 and passes its place on at the second one. */
const DEAF_MASTER = `
  const [config, room] = process.argv.slice(1);
  const { spawn } = require('node:child_process');
  let signals = 0;
  process.on('SIGUSR2', () => {
    signals += 1;
    if (signals < 2) return;
    spawn(process.execPath, [...process.execArgv, config, room], { detached: true, stdio: 'ignore' });
    setTimeout(() => process.exit(), 50);
  });
  process.title = 'php-fpm: master process (' + config + ')';
  setInterval(() => undefined, 1000);
`;

describe.each([
  ['foreground', false],
  ['daemonized', true],
])('a %s master', (_, daemonize) => {
  test('is reloaded once, and every worker has the new values when the reload is proven', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(1)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    expect(before.pid).toBe(fpm.pid);
    const bytes = install(fpm, fileWith(2));
    const took = await elapsedMs(() => service.reload(before, bytes));
    console.info(`proven reload: ${Math.round(took)} ms`);
    expect(await fpm.ping()).toBe(revisionOf(2));
    expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
    expect(fpm.reloadsSeen()).toBe(1);
    const after = await inspectRunning(service);
    expect(after.incarnation).not.toBe(before.incarnation);
    expect(after.pid === before.pid).toBe(!daemonize);
    expect(after.pid).toBe(fpm.pid);
  });

  test('is reloaded twenty times in a row without a lost one', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(0)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    for (let n = 1; n <= 20; n++) {
      const before = await inspectRunning(service);
      await service.reload(before, install(fpm, fileWith(n)));
      expect(await fpm.ask(['N'])).toEqual(new Map([['N', String(n)]]));
    }
    expect(fpm.reloadsSeen()).toBe(20);
  });

  test('that somebody else reloads at the same time ends with the new values', async () => {
    const fpm = await startPhpFpm({ daemonize, envFile: String(fileWith(1)), processControlTimeout: '2s' });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    process.kill(before.pid, 'SIGUSR2');
    await service.reload(before, install(fpm, fileWith(2)));
    expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
  });
});

test('a quiet master keeps its incarnation', async () => {
  const service = serviceOf(await startPhpFpm());
  const first = await inspectRunning(service);
  expect(await inspectRunning(service)).toEqual(first);
});

test('a file that is included globally is proven in each of its pools', async () => {
  const pools = [{ name: 'www' }, { name: 'api' }, { name: 'other' }];
  const fpm = await startPhpFpm({ layout: 'global', pools, envFile: String(fileWith(1, ['www', 'api'])) });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  await service.reload(before, install(fpm, fileWith(2, ['www', 'api'])));
  expect(await fpm.ping('www')).toBe(revisionOf(2));
  expect(await fpm.ping('api')).toBe(revisionOf(2));
});

test.each([
  ['a pool without ping page', { pingPath: null }],
  ['an ondemand pool', { pm: 'ondemand' as const }],
  ['an ondemand pool without ping page', { pm: 'ondemand' as const, pingPath: null }],
])('%s is reloaded and proven', async (_, pool) => {
  const fpm = await startPhpFpm({ pools: [{ name: 'www', ...pool }], envFile: String(fileWith(1)) });
  const service = serviceOf(fpm);
  await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
});

test('a reload after the file was removed is proven by any answer', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  rmSync(fpm.envPath);
  await service.reload(before, null);
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', null]]));
});

test('a file that keeps the old revision is not taken for the new one', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm, { marginMs: 400 });
  const before = await inspectRunning(service);
  const failed = service.reload(before, fileWith(2));
  await expect(failed).rejects.toThrow('pool www still answers with another revision');
});

test('a signal of which nothing came is given again', async () => {
  const fpm = await startPhpFpm({ pools: [{ name: 'www', pm: 'ondemand', pingPath: null }] });
  await fpm.kill();
  const service = serviceOf(fpm, { binary: process.execPath, args: [] });
  const deaf = spawn(process.execPath, ['-e', DEAF_MASTER, fpm.configPath, 'x'.repeat(200)], {
    stdio: 'ignore',
  });
  onTestFinished(() => void deaf.kill('SIGKILL'));
  const before = await inspectRunning(service);
  expect(before.pid).toBe(deaf.pid);
  const took = await elapsedMs(() => service.reload(before, null));
  expect(took).toBeGreaterThan(1400);
  const after = await inspectRunning(service);
  process.kill(after.pid, 'SIGKILL');
  expect(after.pid).not.toBe(before.pid);
});

test('a slow request holds the proof up and is not lost', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)), processControlTimeout: '10s' });
  const service = serviceOf(fpm);
  const before = await inspectRunning(service);
  const slow = fpm.occupy(1200);
  await sleep(100); // the request must be in a worker; nothing tells from outside that it is
  const took = await elapsedMs(() => service.reload(before, install(fpm, fileWith(2))));
  expect(await slow).toBeGreaterThan(0);
  expect(took).toBeGreaterThan(800);
  expect(fpm.reloadsSeen()).toBe(1);
  expect(await fpm.ask(['N'])).toEqual(new Map([['N', '2']]));
});

describe('a master that is gone before it is asked', () => {
  test('blames nobody: nobody was signalled', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    await fpm.kill();
    const failed = service.reload(before, install(fpm, fileWith(2)));
    await expect(failed).rejects.toMatchObject({
      code: 'SIGNAL_FAILED',
      message: `php-fpm was not reloaded: master ${before.pid} is gone`,
    });
  });

  test('and has left its workers is signalled as little, and neither are they', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm);
    const before = await inspectRunning(service);
    const workers = readChildren(before.pid);
    process.kill(before.pid, 'SIGKILL');
    await waitFor('the orphans', async () => (await service.inspect()).kind === 'orphaned');
    await expect(service.reload(before, null)).rejects.toMatchObject({ code: 'SIGNAL_FAILED' });
    expect(await service.inspect()).toEqual({ kind: 'orphaned', pids: expect.arrayContaining([...workers]) });
  });

  test('is not asked by a reload command either', async () => {
    const fpm = await startPhpFpm();
    const service = serviceOf(fpm, { reloadCommand: ['touch', `${fpm.dir}/asked`] });
    const before = await inspectRunning(service);
    await fpm.kill();
    await expect(service.reload(before, null)).rejects.toMatchObject({ code: 'SIGNAL_FAILED' });
    expect(existsSync(`${fpm.dir}/asked`)).toBe(false);
  });
});

describe('a reload command', () => {
  test('stands for the signal and is proven like it', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
    const service = serviceOf(fpm, { reloadCommand: ['sh', '-c', `kill -USR2 $(cat ${fpm.pidPath})`] });
    await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
    expect(await fpm.ping()).toBe(revisionOf(2));
  });

  test('may stop and start php-fpm', async () => {
    const fpm = await startPhpFpm({ envFile: String(fileWith(1)), daemonize: true });
    const restart = `kill -TERM $(cat ${fpm.pidPath}); while [ -e ${fpm.pidPath} ]; do sleep 0.01; done
      exec ${fpm.binary} -n -D -y ${fpm.configPath}`;
    const service = serviceOf(fpm, { reloadCommand: ['sh', '-c', restart] });
    await service.reload(await inspectRunning(service), install(fpm, fileWith(2)));
    expect(await fpm.ping()).toBe(revisionOf(2));
  });

  test('that fails leaves the reload unproven', async () => {
    const service = serviceOf(await startPhpFpm(), { reloadCommand: ['sh', '-c', 'echo hunter2; exit 3'] });
    const failed = service.reload(await inspectRunning(service), null);
    await expect(failed).rejects.toThrow(
      /^the reload of php-fpm is not proven: the reload command ended with 3$/,
    );
  });
});

test('a start command brings php-fpm back', async () => {
  const fpm = await startPhpFpm({ envFile: String(fileWith(1)) });
  const service = serviceOf(fpm, { startCommand: [fpm.binary, '-n', '-D', '-y', fpm.configPath] });
  process.kill(fpm.pid, 'SIGTERM');
  await waitFor('php-fpm to end', async () => (await service.inspect()).kind === 'absent');
  await service.revive();
  expect((await inspectRunning(service)).pid).toBe(fpm.pid);
});
